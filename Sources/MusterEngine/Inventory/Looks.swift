// How resources are known again from the bytes of a report: where a name was found, and what the
// report looked like that is held. Both only save work, so nothing of it outlasts the process.

import MusterModel

/// By slot what its resource looks like, and by hash of a name its slot.
struct Looks: Sendable {
    /// By slot; `none` where that is not known, and for slots beyond the end.
    private var appearances: [Fingerprint] = []
    /// A table with linear probing, at most three quarters full: the low half of a name's hash
    /// below its slot plus one; zero where there is nothing. Whoever finds a slot has to compare
    /// the names, as resources may have gone since.
    private var places: [UInt64] = []
    private var count = 0

    /// The slot of a name with this fingerprint that `isRight`.
    @inline(__always)
    func slot(of name: Fingerprint, _ isRight: (Int) -> Bool) -> Int? {
        guard !places.isEmpty else { return nil }
        let hash = name.bucket
        var place = home(of: hash)
        while places[place] != 0 {
            let slot = Int(truncatingIfNeeded: places[place] &>> 32) - 1
            if (places[place] ^ hash) & 0xFFFF_FFFF == 0, isRight(slot) { return slot }
            place = (place + 1) & (places.count - 1)
        }
        return nil
    }

    /// Where a hash stands if nothing is in its way. The low half is compared, so the high one
    /// says where.
    private func home(of hash: UInt64) -> Int {
        Int(truncatingIfNeeded: hash &>> 32) & (places.count - 1)
    }

    /// Whether a slot's resource is known to look like this.
    func matches(_ slot: Int, _ appearance: Fingerprint) -> Bool {
        slot < appearances.count && appearances[slot] == appearance && appearance != .none
    }

    /// Notes what the resource in a slot looks like, and where its name is found.
    ///
    /// - Complexity: O(1), but for the times when there are many more slots than there were.
    mutating func note(_ slot: Int, of slots: Int, _ name: Fingerprint, _ appearance: Fingerprint) {
        if slot >= appearances.count {
            let missing = slots - appearances.count
            appearances.append(contentsOf: repeatElement(.none, count: missing))
        }
        appearances[slot] = appearance
        guard self.slot(of: name, { $0 == slot }) == nil, slot < Int(Int32.max) else { return }
        if count >= places.count / 4 * 3 {
            // What is forgotten here is found again by the next report.
            let bits = max(4, Int.bitWidth - slots.leadingZeroBitCount + 1)
            places = Array(repeating: 0, count: 1 << bits)
            count = 0
        }
        let hash = name.bucket
        var place = home(of: hash)
        while places[place] != 0 { place = (place + 1) & (places.count - 1) }
        places[place] = UInt64(truncatingIfNeeded: slot + 1) &<< 32 | hash & 0xFFFF_FFFF
        count += 1
    }

    /// Forgets what the resource in a slot looked like: it looks different now, or is gone.
    mutating func forget(_ slot: Int) {
        if slot < appearances.count { appearances[slot] = .none }
    }
}

extension Inventory {
    /// The slot of a registered resource whose name is these bytes with this fingerprint, where
    /// reports have been known again before; others are in ``slots``.
    @inline(__always)
    func slot(named name: Span<UInt8>, _ fingerprint: Fingerprint) -> Int? {
        looks.slot(of: fingerprint) { slot in
            guard slot < resources.count, let id = resources[slot]?.id else { return false }
            return id.name.utf8Span.span.hasBytes(of: name)
        }
    }

    /// Whether the resource in a slot is known to look like this.
    @inline(__always)
    func looksLike(_ appearance: Fingerprint, _ slot: Int) -> Bool {
        looks.matches(slot, appearance)
    }

    /// Notes that the resource in a slot looks like this.
    mutating func note(_ appearance: Fingerprint, of slot: Int) {
        guard let id = resources[slot]?.id else { return }
        looks.note(slot, of: slotCount, Fingerprint(of: id.name.utf8Span.span), appearance)
    }
}
