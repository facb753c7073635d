internal import Secrets

extension UnlockedHeader {
  /// The header with one more slot.
  /// - Throws: `unsuitable` for a 65th, or one that cannot be made; `noMemory`.
  public func adding(
    slot new: NewSlot, made: UInt64 = Calendar.now()
  ) throws(VaultFormatError) -> UnlockedHeader {
    let slot = try make(new, made)
    return try changed(slots: header.slots + [slot], epochs: boxes(for: slot, at: nil))
  }

  /// The header without a slot, which may be the one that opened.
  /// - Throws: `unsuitable` for a slot that it does not have, or the last one; `noMemory`.
  public func removing(_ slotID: ObjectID) throws(VaultFormatError) -> UnlockedHeader {
    let place = try place(of: slotID)
    var slots = header.slots
    slots.remove(at: place)
    var epochs = header.epochs
    for index in epochs.indices { epochs[index].boxes.remove(at: place) }
    return try changed(slots: slots, epochs: epochs)
  }

  /// The header with a new slot, with an id of its own, in the place of another.
  /// - Throws: `unsuitable` for a slot that it does not have, or a new one that cannot be made;
  ///   `noMemory`.
  public func replacing(
    _ slotID: ObjectID, with new: NewSlot, made: UInt64 = Calendar.now()
  ) throws(VaultFormatError) -> UnlockedHeader {
    let place = try place(of: slotID)
    let slot = try make(new, made)
    var slots = header.slots
    slots[place] = slot
    return try changed(
      slots: slots, epochs: boxes(for: slot, at: place),
      slotID: slotID == self.slotID ? slot.id : self.slotID)
  }

  /// The header with one more epoch, whose volume key is new.
  /// - Throws: `unsuitable` for a 17th; `newer` where a slot is of a type that this version cannot
  ///   box a key for; `noMemory`.
  public func beginningEpoch(
    made: UInt64 = Calendar.now()
  ) throws(VaultFormatError) -> UnlockedHeader {
    if let slot = header.slots.first(where: { $0.type.isReserved }) {
      throw VaultFormatError(.newer, "key slot \(slot.id.hex)", "type \(slot.type.rawValue)")
    }
    let (number, overflow) = keys.last.number.addingReportingOverflow(1)
    guard !overflow, header.epochs.count < Int(VaultHeader.epochLimits.upperBound) else {
      throw VaultFormatError(.unsuitable, "header", "no more epochs")
    }
    let last = try EpochKeys.random(number: number)
    let epoch = try EpochRecord(last, of: header.vaultID, slots: header.slots, made: made)
    return try changed(
      epochs: header.epochs + [epoch], keys: VolumeKeys(keys.epochs, last))
  }

  /// The header without the epochs whose number is lower; the last one always stays.
  /// - Throws: `noMemory`.
  public func droppingEpochs(before number: UInt32) throws(VaultFormatError) -> UnlockedHeader {
    let last = keys.last
    let stays = { (epoch: UInt32) in epoch >= number || epoch == last.number }
    return try changed(
      epochs: header.epochs.filter { stays($0.number) },
      keys: VolumeKeys(keys.epochs.dropLast().filter { stays($0.number) }, last))
  }

  /// The header with other settings.
  /// - Throws: `unsuitable` for settings that are too long; `noMemory`.
  public func with(settings: VaultSettings) throws(VaultFormatError) -> UnlockedHeader {
    try changed(settings: settings)
  }

  /// The next generation, with some of it changed.
  private func changed(
    slots: [KeySlot]? = nil, epochs: [EpochRecord]? = nil, keys: VolumeKeys? = nil,
    slotID: ObjectID? = nil, settings: VaultSettings? = nil
  ) throws(VaultFormatError) -> UnlockedHeader {
    let slots = slots ?? header.slots
    try VaultHeader.check(slots: slots.count)
    let (generation, overflow) = header.generation.addingReportingOverflow(1)
    guard !overflow else {
      throw VaultFormatError(.unsuitable, "header", "no more generations")
    }
    let next = VaultHeader(
      kind: header.kind, vaultID: header.vaultID, generation: generation, slots: slots,
      epochs: epochs ?? header.epochs)
    return try UnlockedHeader(
      next, keys ?? self.keys, headerKey, slotID: slotID ?? self.slotID,
      settings ?? self.settings)
  }

  private func make(_ new: NewSlot, _ made: UInt64) throws(VaultFormatError) -> KeySlot {
    try KeySlot(new, of: header.vaultID, headerKey: headerKey.bytes, made: made)
  }

  private func place(of slotID: ObjectID) throws(VaultFormatError) -> Int {
    guard let place = header.slots.firstIndex(where: { $0.id == slotID }) else {
      throw VaultFormatError(.unsuitable, "header", "no key slot \(slotID.hex)")
    }
    return place
  }

  /// The epochs with their volume keys in boxes for a slot too, in the place of another or last.
  private func boxes(
    for slot: KeySlot, at place: Int?
  ) throws(VaultFormatError) -> [EpochRecord] {
    var epochs = header.epochs
    for (index, keys) in zip(epochs.indices, keys.epochs) {
      let box = try EpochRecord.box(keys, for: slot)
      if let place {
        epochs[index].boxes[place] = box
      } else {
        epochs[index].boxes.append(box)
      }
    }
    return epochs
  }
}
