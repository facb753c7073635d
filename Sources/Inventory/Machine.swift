public import Applications
import Glibc
public import SystemPackage

/// The machine and the person a command runs as.
public struct Machine: Sendable {
  /// The person's home.
  public var home: FilePath
  /// The person's name.
  public var user: String?
  /// The environment of this process, as far as applications read it.
  public var environment: [EnvironmentSetting]

  /// Makes a machine of what is known of it.
  public init(home: FilePath, user: String?, environment: [EnvironmentSetting]) {
    self.home = home
    self.user = user
    self.environment = environment
  }

  /// Names that applications read from the environment.
  public static let namesOfInterest: Set<String> = [
    "OLLAMA_MODELS", "OLLAMA_HOST", "OLLAMA_NOHISTORY", "OLLAMA_DEBUG", "OLLAMA_DEBUG_LOG_REQUESTS",
    "OLLAMA_APP_DB_PATH", "DATA_DIR", "DATABASE_URL", "DATABASE_TYPE", "DATABASE_HOST",
    "DATABASE_NAME", "JAN_DATA_FOLDER", "JAN_DATA_ROOT", "XDG_CONFIG_HOME", "XDG_DATA_HOME",
    "XDG_CACHE_HOME", "XDG_STATE_HOME", "BIONIC_HOME",
  ]
}
