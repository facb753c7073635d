import Applications
import Conversations
import Inventory
import SystemPackage

/// A folder that is to be locked, with what an application's page says of it.
struct LockTarget {
  /// The folder, its path free of links.
  var store: FilePath
  /// The application whose folder it is; nil for any other folder.
  var app: ApplicationID?
  /// What stays in the clear, as patterns below the folder.
  var bulk: [String] = []
  /// The applications whose programs look for their things here: not for copies elsewhere.
  var users: Set<ApplicationID> = []
}
