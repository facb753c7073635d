extension OpenWebUI {
  /// Which release a database was last migrated by.
  enum SchemaRevision {
    /// The release in which an alembic revision first appears; nil for one that is not known.
    ///
    /// Releases between those listed were not looked into one by one, so the true one may be a little
    /// earlier than the one given.
    static func release(of revision: String) -> String? {
      releases.first { $0.revisions.contains(revision) }?.release
    }

    /// The peewee step a name from `migratehistory` begins with, such as `018`.
    static func peeweeStep(_ name: String) -> String? {
      let digits = name.prefix(3)
      return digits.count == 3 && digits.allSatisfy(\.isNumber) ? "peewee \(digits)" : nil
    }

    private static let releases: [(release: String, revisions: Set<String>)] = [
      ("0.3.20", ["7e5b5dc7342b", "ca81bd47c050"]),
      (
        "0.3.35",
        [
          "c0fbf31ca0db", "6a39f3d8e55c", "242a2047eae0", "1af9b942657b", "3ab32c4b8f59",
          "c69f45358db4", "c29facfe716b", "af906e964978", "4ace53fd72c8",
        ]
      ),
      ("0.4.8", ["922e7a387820"]),
      ("0.5.20", ["57c599a3cb57", "7826ab40b532", "3781e22d8b01"]),
      ("0.6.20", ["9f0c9cd09105", "d31026856c01"]),
      (
        "0.6.43",
        [
          "018012973d35", "3af16a1c9fb6", "38d63c18f30f", "a5c220713937", "37f288994c47",
          "2f1211949ecc", "b10670c03dd5", "90ef40d4714e", "3e0e00844bb0", "6283dc0e4d8d",
          "81cc2ce44d79", "c440947495f3",
        ]
      ),
      ("0.8.0", ["374d2f66af06", "8452d01d26d7", "f1e2d3c4b5a6", "a1b2c3d4e5f6"]),
      ("0.8.12", ["b2c3d4e5f6a7"]),
      (
        "0.9.0",
        [
          "a3dd5bedd151", "d4e5f6a7b8c9", "b7c8d9e0f1a2", "e1f2a3b4c5d6", "c1d2e3f4a5b6",
          "56359461a091",
        ]
      ),
      ("0.9.6", ["4de81c2a3af1", "a0b1c2d3e4f5", "3c9b0ca343fd", "461111b60977"]),
      ("0.10.0", ["3ff2c63645b8", "4c5ce3d2f27f", "7b3f2a9c1d4e", "42e2978c7933"]),
      (
        "0.11.0",
        [
          "856c5b02fb54", "9a1b2c3d4e5f", "c49178636c78", "b0018471bbbe", "55f1302ac17c",
          "959eaac8f909", "f0bd01a18a3d",
        ]
      ),
      ("0.11.4", ["1ce6ade7d93b", "6d09d1bf1f23", "d4c1a8e37b62"]),
      (
        "0.12.0",
        [
          "a7d3e9f2b641", "b8e4f0a3c752", "d6a8c3f912ab", "e7b9d4a023bc", "f8c0e5b134cd",
          "b8f2c6d91a04",
        ]
      ),
      ("0.12.4", ["c92da83b017f", "0bd252b206fb"]),
    ]
  }
}
