import Applications
import EvidenceFiles
import Inventory
import SystemPackage

/// Reads any bytes as the small texts of a system that say where things are: accounts, units, shells,
/// containers, settings, and paths themselves.
enum EnvironmentFuzzing {
  static func run(_ input: FuzzInput) -> Int32 {
    var paths = input
    if paths.takeByte() == UInt8.max { return resolve(paths.bytes) }
    var result: Int32 = 0
    // One application that follows each kind of setting.
    for application in [Ollama(), LMStudio()] as [any Application] {
      result = FuzzHome.run(input, application, places) { .image($0) }
    }
    return result
  }

  private static let accounts = "root:x:0:0::/root:/bin/sh\nada:x:1000:1000:Ada:/home/ada:/bin/sh\n"
  private static let unit = """
    [Service]
    User=ada
    ExecStart=/usr/bin/ollama serve
    EnvironmentFile=-/etc/default/ollama
    Environment=OLLAMA_MODELS=/srv/models

    """

  private static let places: [FuzzHome] = [
    FuzzHome(name: "etc/passwd", fixed: ["etc/systemd/system/ollama.service": unit]),
    FuzzHome(
      name: "etc/systemd/system/ollama.service",
      fixed: [
        "etc/passwd": accounts, "srv/models/manifests/a/b/c/d": "{}", "srv/models/blobs/a": "",
      ]),
    FuzzHome(
      name: "etc/systemd/system/ollama.service.d/override.conf",
      fixed: ["etc/passwd": accounts, "etc/systemd/system/ollama.service": unit]),
    FuzzHome(
      name: "etc/default/ollama",
      fixed: ["etc/passwd": accounts, "etc/systemd/system/ollama.service": unit]),
    FuzzHome(name: "home/ada/.profile", fixed: ["etc/passwd": accounts]),
    FuzzHome(name: "srv/ai/docker-compose.yml", fixed: ["srv/ai/.env": "OLLAMA_MODELS=./models\n"]),
    FuzzHome(name: "srv/ai/.env", fixed: ["srv/ai/docker-compose.yml": "services:\n  ollama:\n"]),
    FuzzHome(
      name: "home/ada/.lmstudio-home-pointer",
      fixed: ["etc/passwd": accounts, "home/ada/ai/config-presets/a.preset.json": "{}"]),
    FuzzHome(name: "etc/containers/systemd/ollama.container", fixed: ["etc/passwd": accounts]),
    FuzzHome(name: "var/lib/docker/containers/0123456789ab/config.v2.json"),
  ]

  /// A path that a setting names never leads out of the image or the place that was asked for.
  private static func resolve(_ bytes: [UInt8]) -> Int32 {
    let root = ScratchFolder.path.appending("image")
    if !ScratchFolder.holds("image/home/ada/Models") {
      ScratchFolder.write([], "image/home/ada/Models/a")
      ScratchFolder.link("image/home/ada/out", to: "/etc")
      ScratchFolder.link("image/home/ada/round", to: "round")
      ScratchFolder.link("image/home/ada/up", to: "../../../..")
    }
    let text = String(decoding: bytes, as: UTF8.self)
    let home = root.appending("home/ada")
    for scope in [EvidenceTree.Scope.image(root), .below(home)] {
      guard case .found(let path) = EvidenceTree(scope).resolve(text, home: home) else { continue }
      let top = scope == .image(root) ? root : home
      require(path.starts(with: top), "\(text) leads to \(path)")
      require(
        !path.components.contains { $0.kind != .regular }, "\(text) leads to \(path)")
    }
    return 0
  }
}
