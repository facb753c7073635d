import Testing
import VaultFormat

@Suite("The layout of objects")
struct ObjectLayoutTests {
  @Test(
    "has the sizes that the format's page works out",
    arguments: [
      (0, ContentsLayout.inside, 1, 4096), (1, .inside, 1, 4096), (4096, .blocks, 2, 8192),
      (100_000, .blocks, 26, 106_496), (1 << 30, .blocks, 1 + 262_144 + 2570, 1_084_272_640),
    ] as [(UInt64, ContentsLayout, UInt64, Int64)])
  func workedSizes(size: UInt64, layout: ContentsLayout, pages: UInt64, length: Int64) {
    #expect(ObjectLayout.layout(size: size, attributes: 0) == layout)
    #expect(ObjectLayout.filePages(size: size, layout: layout) == pages)
    #expect(ObjectLayout.fileLength(size: size, layout: layout) == length)
  }

  @Test("gives every page of a file to one thing")
  func everyPageOnce() throws {
    for blocks in [1, 63, 64, 65, 166, 167, 300, 2000] as [UInt64] {
      let size = blocks * 4096 - 100
      var pages: Set<UInt64> = [0]
      var seals: Set<String> = []
      for block in 0..<blocks {
        #expect(pages.insert(try #require(ObjectLayout.page(ofBlock: block))).inserted)
        let place = try #require(ObjectLayout.sealPlace(ofBlock: block))
        #expect(seals.insert("\(place)").inserted)
        if case .sealPage(let number, let page, let offset) = place {
          #expect(ObjectLayout.page(ofSealPage: number) == page)
          #expect(ObjectLayout.blocks(ofSealPage: number, size: size).contains(block))
          #expect(offset + 40 <= 4080)
        }
      }
      for number in 0..<ObjectLayout.sealPages(size: size) {
        let page = try #require(ObjectLayout.page(ofSealPage: number))
        #expect(pages.insert(page).inserted)
        // The seal page stands before the pages that it is for.
        let first = ObjectLayout.blocks(ofSealPage: number, size: size).lowerBound
        #expect(ObjectLayout.page(ofBlock: first) == page + 1)
      }
      #expect(pages == Set(0..<ObjectLayout.filePages(size: size, layout: .blocks)))
    }
  }

  @Test("takes any size in 64 bits")
  func anySize() {
    #expect(ObjectLayout.blocks(size: .max) == 1 << 52)
    #expect(ObjectLayout.page(ofBlock: (1 << 52) - 1) != nil)
    #expect(ObjectLayout.page(ofBlock: 1 << 52) == nil)
    #expect(ObjectLayout.page(ofBlock: .max) == nil)
    #expect(ObjectLayout.sealPlace(ofBlock: .max) == nil)
    #expect(ObjectLayout.page(ofSealPage: .max) == nil)
    #expect(ObjectLayout.blocks(ofSealPage: .max, size: .max).isEmpty)
    #expect(ObjectLayout.fileLength(size: .max, layout: .blocks) == nil)
    #expect(ObjectLayout.fileLength(size: UInt64(Int64.max), layout: .blocks) == nil)
    #expect(ObjectLayout.fileLength(size: 1 << 60, layout: .blocks) != nil)
    #expect(ObjectLayout.layout(size: .max, attributes: .max) == .blocks)
    #expect(ObjectLayout.layout(size: 0, attributes: 3864) == .inside)
    #expect(ObjectLayout.layout(size: 1, attributes: 3864) == .blocks)
  }
}
