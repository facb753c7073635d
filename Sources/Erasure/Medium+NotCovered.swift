extension Medium {
  /// What may still hold plaintext that was written here before it was first encrypted, once it has been
  /// overwritten and unlinked.
  ///
  /// Each entry is something that was seen, but for two that hold on every disk: names, and what was
  /// deleted before.
  public var notCovered: [NotCovered] {
    var found: [NotCovered] = []
    if habit != .memory {
      found.append(
        NotCovered(
          .names, where: path,
          why: "names of files and folders stay in the blocks of folders and in the file system's "
            + "journal until others are written over them"))
      found.append(
        NotCovered(
          .freeSpace, where: mountPoint,
          why: "what was replaced or deleted before lies in free blocks, which are left alone"))
    }
    found += aboutFileSystem + aboutDisks + aboutSwap + copies.map(\.notCovered)
    for medium in beneath {
      found += medium.notCovered.filter { $0.what != .names && $0.what != .swap }
    }
    var seen: Set<NotCovered> = []
    return found.filter { seen.insert($0).inserted }
  }

  private var aboutFileSystem: [NotCovered] {
    var found: [NotCovered] = []
    func add(_ what: NotCovered.What, _ why: String) {
      found.append(NotCovered(what, where: mountPoint, why: why))
    }
    switch habit {
    case .inPlace, .memory: break
    case .elsewhere:
      add(
        .copyOnWrite,
        "\(fileSystem) writes changed bytes to new blocks, so files were not overwritten; the old "
          + "blocks stay as they are until they are used again")
    case .layered:
      add(
        .copyOnWrite,
        "\(fileSystem) lays changed files over others, which the layer beneath keeps as they were")
    case .network:
      add(
        .network,
        "\(fileSystem) is another machine's, and what that writes over or keeps cannot be seen here"
      )
    case .host:
      add(
        .virtualDisk,
        "\(fileSystem) is a folder of this machine's host, and what that writes over or keeps cannot "
          + "be seen here")
    case .unknown:
      let name = fileSystem.isEmpty ? "the file system" : fileSystem
      add(.unknown, "where \(name) writes bytes that replace others is not known")
    }
    if journalsData {
      add(.journals, "the journal takes contents too (data=journal) and holds the latest of them")
    }
    if let compression {
      add(
        .compression,
        "compressed files (\(compression)) are written to new blocks when they change")
    }
    return found
  }

  private var aboutDisks: [NotCovered] {
    disks.compactMap { disk in
      let sealed =
        disk.isEncrypted ? "; the volume is encrypted, so its key is needed to read them" : ""
      switch disk.kind {
      case .spinning: return nil
      case .flash:
        let given = discardsFreed ? " (freed blocks are given up to it at once)" : ""
        return NotCovered(
          .flash, where: disk.path,
          why: "flash writes to new cells and keeps the old ones until the drive erases them"
            + given + sealed)
      case .virtual:
        return NotCovered(
          .virtualDisk, where: disk.path,
          why:
            "the disk is its host's file or volume, whose medium, snapshots and backups cannot be "
            + "seen here" + sealed)
      case .file(let image):
        return NotCovered(
          .virtualDisk, where: disk.path,
          why: "the disk is the file \(image), and what its medium and copies keep stays" + sealed)
      case .network:
        return NotCovered(
          .network, where: disk.path,
          why: "the disk is another machine's, and what that keeps cannot be seen here" + sealed)
      case .memory:
        return NotCovered(
          .memory, where: disk.path,
          why: "the disk is memory, which holds what it held until it is used again" + sealed)
      case .unknown:
        return NotCovered(
          .unknown, where: disk.path,
          why: "whether the disk keeps bytes that were written over is not known" + sealed)
      }
    }
  }

  private var aboutSwap: [NotCovered] {
    swap.map { space in
      if space.isMemory {
        return NotCovered(
          .memory, where: space.path,
          why: "memory that was swapped stays in memory, compressed, until it is used again")
      }
      let sealed = space.isEncrypted ? "; it is encrypted, so its key is needed to read it" : ""
      return NotCovered(
        .swap, where: space.path,
        why: "memory of programs that had the files open may have been written there" + sealed)
    }
  }
}

extension KeptCopies {
  /// The entry that it makes.
  var notCovered: NotCovered {
    switch keeper {
    case .sync:
      NotCovered(
        .sync, where: sign, why: "\(name) may have copied the files to other machines and keep them"
      )
    case .backups:
      NotCovered(.backups, where: sign, why: "\(name) may have copies of the files")
    case .snapshots:
      NotCovered(
        .snapshots, where: sign, why: "\(name) keeps earlier states, with the files as they were")
    }
  }
}
