import Glibc
import Secrets
import SystemPackage
import VaultFormat
import VaultStore

/// Reads any bytes as an object's file: head, blocks, seal pages, holes.
enum VaultObjectFuzzing {
  /// What an input leaves to the fuzzer and what is made right.
  private struct Parts: OptionSet {
    let rawValue: UInt8
    /// The head's clear beginning is of this version and of an epoch that exists.
    static let beginning = Parts(rawValue: 1)
    /// The head is sealed.
    static let head = Parts(rawValue: 2)
    /// Chunks are blocks' plaintext and are sealed; without, they are pages as they are in the file.
    static let blocks = Parts(rawValue: 4)
    /// The file is as long as the head says.
    static let length = Parts(rawValue: 8)
    /// One bit of the file is turned around.
    static let change = Parts(rawValue: 16)
  }

  private static let mostBytes: UInt64 = 1 << 26
  private static let folder: FolderHandle = {
    guard let folder = try? FolderHandle.open(ScratchFolder.path, followingLink: true) else {
      preconditionFailure("no scratch folder")
    }
    return folder
  }()
  private static let workspace: ObjectWorkspace = {
    guard let workspace = try? ObjectWorkspace(FixedVault.unlocked.keys) else {
      preconditionFailure("no workspace")
    }
    return workspace
  }()

  /// An input is a head page with its body in the clear, then chunks of number 2, length 2, bytes; a
  /// number of 4 bytes that says a length or which bit; and `Parts`.
  static func run(_ input: FuzzInput) -> Int32 {
    var input = input
    let parts = Parts(rawValue: input.takeByte())
    let choice = UInt64(input.takeNumber())
    var object = ObjectSealing(head: input.bytes)
    if parts.contains(.beginning) { object.beginHead(epoch: 1 + UInt32(choice & 1)) }
    let chunks = chunks(of: input.bytes.dropFirst(4096))
    let isInBlocks = object.body[1] == 1
    let whole = isInBlocks ? fileLength(size: object.size) : 4096
    let length = parts.contains(.length) ? whole : choice % mostBytes
    // Whether all is as somebody with the keys would have written it, but for what the body says.
    var isSealed = parts.isSuperset(of: [.beginning, .head, .length])
    if parts.contains(.blocks) {
      object.sealBlocks(chunks)
      isSealed = isSealed && object.size <= UInt64(4096 * ObjectSealing.mostBlocks)
    } else {
      for (number, bytes) in chunks where number > 0 { object.pages[number] = bytes }
      isSealed = isSealed && chunks.isEmpty
    }
    let body = object.body
    if parts.contains(.head) { object.sealHead() }
    let changed = parts.contains(.change) && length > 0 ? choice % (8 * length) : nil
    write(object, length, changing: changed)
    let contents = read(parts.contains(.head) && changed == nil ? body : nil)
    if isSealed, let contents {
      require(changed == nil, "a change went unnoticed")
      if parts.contains(.blocks), isInBlocks { check(contents, chunks) }
    }
    layout(choice << 32 | choice)
    return 0
  }

  /// Pages of 4,096 bytes by number; the last chunk of a number counts.
  private static func chunks(of bytes: ArraySlice<UInt8>) -> [UInt64: [UInt8]] {
    var chunks: [UInt64: [UInt8]] = [:]
    var rest = bytes
    while rest.count >= 4 {
      let header = Array(rest.prefix(4))
      let length = Int(header.number(at: 2, 2)) % 4097
      chunks[header.number(at: 0, 2)] = rest.dropFirst(4).prefix(length).map { $0 }.page()
      rest = rest.dropFirst(4 + length)
    }
    return chunks
  }

  /// How long the file of contents in blocks is; one page where that is more than a fuzzer can afford.
  private static func fileLength(size: UInt64) -> UInt64 {
    guard size <= mostBytes else { return 4096 }
    let blocks = (size + 4095) / 4096
    return 4096 * (1 + blocks + (blocks > 64 ? (blocks - 64 + 101) / 102 : 0))
  }

  private static func write(_ object: ObjectSealing, _ length: UInt64, changing bit: UInt64?) {
    let path = ScratchFolder.path.appending("object")
    let descriptor = open(path.string, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    precondition(descriptor >= 0, "cannot write \(path)")
    for (number, page) in object.pages where number * 4096 < length {
      _ = pwrite(descriptor, page, page.count, Int(number) * 4096)
    }
    ftruncate(descriptor, Int(length))
    if let bit {
      var byte: UInt8 = 0
      _ = pread(descriptor, &byte, 1, Int(bit / 8))
      byte ^= 1 << UInt8(bit % 8)
      _ = pwrite(descriptor, &byte, 1, Int(bit / 8))
    }
    close(descriptor)
  }

  /// The contents; nil where something is not as it must be, or they are too long to be collected.
  ///
  /// A head is compared with the body it was sealed with, where that is known.
  private static func read(_ body: [UInt8]?) -> [UInt8]? {
    guard let file = try? folder.file("object"), let object = try? workspace.open(file) else {
      return nil
    }
    if let body { rewrite(object.head, body) }
    let isWhole = (try? workspace.verify(object)) != nil
    guard object.head.size <= UInt64(4096 * ObjectSealing.mostBlocks) else { return nil }
    let contents = try? workspace.contents(of: object)
    require((contents != nil) == isWhole, "verifying and reading do not agree")
    require(
      contents.map { UInt64($0.count) == object.head.size } ?? true, "contents of another size")
    return contents
  }

  /// A head that was read must be written as the body it was read from.
  private static func rewrite(_ head: ObjectHead, _ body: [UInt8]) {
    var page = [UInt8](repeating: 0, count: 4096)
    let isWritten = page.withUnsafeMutableBytes { page in
      guard let keys = try? ObjectKeys(FixedVault.keys(head.epoch), head.id) else { return false }
      return (try? keys.seal(head: head, into: page)) != nil
    }
    require(isWritten, "a head that was read cannot be written")
    require(ObjectSealing.body(of: page) == body, "a head that was read is written otherwise")
  }

  /// Contents must be the chunks at their places, and zeros elsewhere.
  private static func check(_ contents: [UInt8], _ chunks: [UInt64: [UInt8]]) {
    var expected = [UInt8](repeating: 0, count: (contents.count + 4095) / 4096 * 4096)
    for (number, chunk) in chunks where Int(number) * 4096 < expected.count {
      expected.put(chunk, at: Int(number) * 4096)
    }
    require(Array(expected.prefix(contents.count)) == contents, "other contents than were sealed")
  }

  /// Where blocks and seals are must be within the file, for any size there can be.
  private static func layout(_ size: UInt64) {
    let blocks = ObjectLayout.blocks(size: size)
    let pages = ObjectLayout.filePages(size: size, layout: .blocks)
    require(pages == 1 + blocks + ObjectLayout.sealPages(size: size), "pages that do not add up")
    guard blocks > 0, let last = ObjectLayout.page(ofBlock: blocks - 1) else { return }
    require(last == pages - 1, "the last block is not at the end")
    if case .sealPage(let number, let page, let place) = ObjectLayout.sealPlace(ofBlock: blocks - 1)
    {
      require(ObjectLayout.page(ofSealPage: number) == page && page < last, "a seal page elsewhere")
      require(place % 40 == 0 && place + 40 <= 4096 - 16, "a seal across the end of its page")
      let range = ObjectLayout.blocks(ofSealPage: number, size: size)
      require(range.upperBound == blocks && !range.isEmpty, "the last seal page has other blocks")
    }
  }
}
