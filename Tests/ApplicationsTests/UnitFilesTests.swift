import Applications
import EvidenceFiles
import SystemPackage
import TestSupport
import Testing

@Suite struct UnitFilesTests {
  private let folder: TemporaryFolder
  private let root: FilePath

  init() throws {
    folder = try TemporaryFolder()
    root = FilePath(folder.path)
  }

  private func put(_ text: String, _ place: String) throws {
    try write(text.utf8, to: folder.path + "/" + place)
  }

  /// The settings as `NAME=value (file) [home]`, paths below the root.
  private func settings(_ homes: String...) -> [String] {
    let names: UnitFiles.Interest = UnitFiles.Interest(
      names: ["DATA_DIR", "DATABASE_URL", "VAR1", "VAR2", "VAR3"], prefixes: ["OLLAMA_"],
      programs: ["ollama", "open-webui"])
    return UnitFiles.settings(
      of: root, tree: EvidenceTree(.image(root)),
      homes: homes.map { Home(root.appending($0), user: nil, systems: [.linux]) }, interest: names
    ).map { setting in
      func below(_ path: FilePath?) -> String {
        path.map { String($0.string.dropFirst(folder.path.utf8.count + 1)) } ?? "-"
      }
      return "\(setting.name)=\(setting.value) (\(below(setting.source))) [\(below(setting.home))]"
    }
  }

  /// The example of systemd.exec(5).
  @Test func valuesAreQuotedAsTheManualSays() throws {
    try put(
      "[Service]\nEnvironment=\"VAR1=word1 word2\" VAR2=word3 \"VAR3=$word 5 6\"\n",
      "etc/systemd/system/x.service")
    #expect(
      settings() == [
        "VAR1=word1 word2 (etc/systemd/system/x.service) [root]",
        "VAR2=word3 (etc/systemd/system/x.service) [root]",
        "VAR3=$word 5 6 (etc/systemd/system/x.service) [root]",
      ])
  }

  @Test func dropInsAndEnvironmentFilesGoBeforeTheUnit() throws {
    try put("ollama:x:997:997::/usr/share/ollama:/bin/false\n", "etc/passwd")
    try put(
      """
      [Unit]
      Environment=OLLAMA_HOST=not-here
      [Service]
      # a comment
      ExecStart=/usr/local/bin/ollama serve
      User=ollama
      WorkingDirectory=/srv/llm
      Environment=OLLAMA_HOST=127.0.0.1 \\
        ; a comment within
        'OLLAMA_ORIGINS=a b' \\
        OLLAMA_DEBUG=1
      Environment=OLLAMA_TMPDIR=%h/x
      EnvironmentFile=-/etc/llm.env
      EnvironmentFile=-/etc/absent.env

      """, "usr/lib/systemd/system/ollama.service")
    try put(
      "[Service]\nEnvironment=OLLAMA_DEBUG=2\n", "etc/systemd/system/ollama.service.d/20.conf")
    try put(
      "[Service]\nEnvironment=OLLAMA_DEBUG=3\n", "etc/systemd/system/ollama.service.d/10.conf")
    try put(
      "[Service]\nEnvironment=OLLAMA_DEBUG=9\n", "usr/lib/systemd/system/ollama.service.d/20.conf")
    try put("# x\nOLLAMA_HOST='0.0.0.0'\nOLLAMA_MODELS=\"/data/m\"\nPATH=/bin\n", "etc/llm.env")
    let unit = "usr/lib/systemd/system/ollama.service"
    #expect(
      settings() == [
        "OLLAMA_ORIGINS=a b (\(unit)) [usr/share/ollama]",
        "OLLAMA_TMPDIR=/root/x (\(unit)) [usr/share/ollama]",
        "OLLAMA_DEBUG=2 (etc/systemd/system/ollama.service.d/20.conf) [usr/share/ollama]",
        "OLLAMA_HOST=0.0.0.0 (etc/llm.env) [usr/share/ollama]",
        "OLLAMA_MODELS=/data/m (etc/llm.env) [usr/share/ollama]",
        "WorkingDirectory=/srv/llm (\(unit)) [usr/share/ollama]",
      ])
    // The unit of the folder that goes before hides this one; an empty assignment forgets.
    try put(
      "[Service]\nEnvironment=OLLAMA_HOST=a\nEnvironment=\nEnvironment=OLLAMA_MODELS=b\n",
      "etc/systemd/system/ollama.service")
    #expect(
      settings() == [
        "OLLAMA_MODELS=b (etc/systemd/system/ollama.service) [root]",
        "OLLAMA_DEBUG=2 (etc/systemd/system/ollama.service.d/20.conf) [root]",
      ])
  }

  @Test func unitsOfAPersonAndOfServicesHaveTheirHomes() throws {
    try put("eva:x:1000:1000::/home/eva:/bin/sh\n", "etc/passwd")
    try put(
      "[Service]\nEnvironment=OLLAMA_MODELS=%h/m%%\n", "home/eva/.config/systemd/user/o.service")
    try put(
      "[Service]\nEnvironment=HOME=/var/lib/ollama OLLAMA_MODELS=/m\n",
      "etc/systemd/system/o.service")
    try put("OLLAMA_HOST=1\n", "etc/default/ollama")
    try put("OLLAMA_HOST=\"2\"\n", "etc/environment")
    #expect(
      settings("home/eva") == [
        "OLLAMA_MODELS=/m (etc/systemd/system/o.service) [var/lib/ollama]",
        "OLLAMA_HOST=1 (etc/default/ollama) [-]", "OLLAMA_HOST=2 (etc/environment) [-]",
        "OLLAMA_MODELS=/home/eva/m% (home/eva/.config/systemd/user/o.service) [home/eva]",
      ])
  }

  @Test func shellsSetWhatTheirStartFilesAssign() throws {
    try put(
      """
      # export OLLAMA_HOST=commented
      export OLLAMA_HOST="0.0.0.0" OTHER=1 # why
      OLLAMA_MODELS=$HOME/models; export OLLAMA_MODELS
      export DATA_DIR=$(date)
      OLLAMA_DEBUG=1 ollama serve
      echo OLLAMA_ORIGINS=x
      export OLLAMA_HOST=later
      """, "home/eva/.bashrc")
    try put("set -gx OLLAMA_HOST ::1\nset -l OLLAMA_DEBUG 1\n", "home/eva/.config/fish/config.fish")
    #expect(
      settings("home/eva") == [
        "OLLAMA_HOST=later (home/eva/.bashrc) [home/eva]",
        "OLLAMA_MODELS=/home/eva/models (home/eva/.bashrc) [home/eva]",
        "OLLAMA_DEBUG=1 (home/eva/.bashrc) [home/eva]",
        "OLLAMA_HOST=::1 (home/eva/.config/fish/config.fish) [home/eva]",
      ])
  }

  @Test func composeFilesNameMountsAndVariables() throws {
    try put(
      """
      version: "3"
      services:
        web:
          image: ghcr.io/open-webui/open-webui:${TAG:-main}
          environment:
            - 'DATABASE_URL=postgresql://u:p@db/x'
            - DATA_DIR=/app/backend/data/inner
            - OLLAMA_API_KEY
          volumes:
            - ./data:/app/backend/data
          ports:
            - "3000:8080"
        llm:
          image: "ollama/ollama"
          environment:
            OLLAMA_MODELS: /models   # where
            OLLAMA_HOST: "${BIND}:11434"
            OLLAMA_TMPDIR: /only/inside
          env_file:
            - llm.env
          volumes:
            - type: bind
              source: /srv/models
              target: /models
            - named:/root/.ollama
        other:
          image: postgres
          volumes:
            - /srv/pg:/var/lib/postgresql
      volumes:
        named:
      """, "home/eva/stacks/chat/compose.yaml")
    try put("BIND=0.0.0.0\nOLLAMA_API_KEY=abc\n", "home/eva/stacks/chat/.env")
    try put("OLLAMA_DEBUG=1\n", "home/eva/stacks/chat/llm.env")
    let file = "(home/eva/stacks/chat/compose.yaml) [-]"
    #expect(
      settings("home/eva") == [
        "DATABASE_URL=postgresql://u:p@db/x \(file)",
        "DATA_DIR=/home/eva/stacks/chat/data/inner \(file)",
        "OLLAMA_API_KEY=abc (home/eva/stacks/chat/.env) [-]",
        "mount:/app/backend/data=/home/eva/stacks/chat/data \(file)",
        "OLLAMA_DEBUG=1 (home/eva/stacks/chat/llm.env) [-]",
        "OLLAMA_MODELS=/srv/models \(file)", "OLLAMA_HOST=0.0.0.0:11434 \(file)",
        "mount:/models=/srv/models \(file)",
      ])
  }

  @Test func containersOfDockerSayWhatTheySee() throws {
    try put(
      #"{"Config":{"Image":"ollama/ollama","Env":["OLLAMA_HOST=0.0.0.0","OLLAMA_MODELS=/m/x","PATH=/bin"]},"#
        + #""MountPoints":{"/m":{"Source":"/srv/m","Destination":"/m"}}}"#,
      "var/lib/docker/containers/ab/config.v2.json")
    try put("{\"Config\":", "var/lib/docker/containers/cd/config.v2.json")
    try put(
      #"{"Config":{"Image":"nginx","Env":[]},"MountPoints":{"/m":{"Source":"/s","Destination":"/m"}}}"#,
      "var/lib/docker/containers/ef/config.v2.json")
    let file = "(var/lib/docker/containers/ab/config.v2.json) [-]"
    #expect(
      settings() == [
        "OLLAMA_HOST=0.0.0.0 \(file)", "OLLAMA_MODELS=/srv/m/x \(file)", "mount:/m=/srv/m \(file)",
      ])
  }

  @Test func quadletsAreUnitsOfContainers() throws {
    try put(
      "[Container]\nImage=docker.io/ollama/ollama\nVolume=/srv/o:/root/.ollama:Z\nEnvironment=OLLAMA_MODELS=/root/.ollama/m\n",
      "etc/containers/systemd/ollama.container")
    let file = "(etc/containers/systemd/ollama.container) [-]"
    #expect(
      settings() == [
        "OLLAMA_MODELS=/srv/o/m \(file)", "mount:/root/.ollama=/srv/o \(file)",
      ])
  }
}
