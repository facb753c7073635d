public import SystemPackage

extension FolderHandle {
  /// Opens a folder, made first where it is missing, with those above it: for its owner alone.
  public static func open(making folder: FilePath) throws(VaultError) -> FolderHandle {
    var missing: [FilePath.Component] = []
    var path = folder
    while true {
      do {
        var above = try open(path, followingLink: true)
        for component in missing.reversed() {
          guard let name = FileName(component.string) else { break }
          let made = try above.folder(makingIfMissing: name)
          try above.sync()
          above = made
        }
        return above
      } catch  where error.code == .system(.noSuchFileOrDirectory) && missing.count < 64 {
        guard let last = path.lastComponent else { throw error }
        missing.append(last)
        path.removeLastComponent()
      }
    }
  }
}
