import ByteReading

/// Which fields a chat file of a version has.
///
/// Each property names the version that brought or took a field, as the history of the application's
/// serializer has it.
struct ChatLayout {
  /// `F5D553CC`, the first four bytes of every chat file but those of version 0.
  static let magic: [UInt8] = [0xF5, 0xD5, 0x53, 0xCC]
  /// The last version that is known.
  static let newest: Int32 = 12
  /// What development builds of a few days in May 2023 wrote: a header before the body of version 0.
  static let development: Int32 = 100

  /// The version in the file, 0 where it has none.
  let stored: Int32
  private let version: Int32

  init(_ stored: Int32) {
    self.stored = stored
    version = stored == ChatLayout.development ? 0 : stored
  }

  /// Whether the layout is known.
  var isKnown: Bool { version >= 0 && version <= ChatLayout.newest }
  var isTooNew: Bool { version > ChatLayout.newest }

  var hasCollections: Bool { version >= 3 }

  // The state of the model, which versions before 11 put before the items.
  var hasState: Bool { version < 11 }
  var saysWhetherCacheFollows: Bool { version >= 6 }
  var hasModelType: Bool { version >= 2 }
  var hasLogitsCounter: Bool { version < 4 }
  var hasContextSize: Bool { version >= 7 }
  var hasLogits: Bool { version < 9 }

  // Items.
  var hasItemNumber: Bool { version < 12 }
  var hasPromptCopy: Bool { version < 10 }
  var hasErrorFlag: Bool { version >= 11 }
  var hasReferences: Bool { version >= 3 && version < 8 }
  var hasSources: Bool { version >= 8 }
  var hasAttachments: Bool { version >= 10 }
  var hasSubItems: Bool { version >= 12 }
}
