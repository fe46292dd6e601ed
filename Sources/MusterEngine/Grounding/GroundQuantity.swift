// A quantity of the policy language over the slots of one inventory, with its value kept up to
// date by counters: a change of one resource costs a few additions, not a walk over the matches.

import MusterModel
import MusterPolicy

/// A measured set of slots.
struct GroundQuantity: Sendable {
    /// A slot's share in the quantity.
    struct Term: Sendable {
        let slot: Int
        /// What it adds; 1 for counts and different values.
        let amount: Int
        /// Which value it has, for different values; 0 otherwise.
        let group: Int
    }

    /// How one value of an attribute is represented among the matches.
    struct Group: Sendable {
        var online = 0
        var usable = 0
    }

    let state: Quantity.StateFilter
    /// Whether different values are counted rather than amounts summed.
    let countsGroups: Bool
    /// The registered matches, in order of slot.
    let terms: [Term]
    /// What all registered matches would make if they were in the state.
    let total: Int
    /// What the usable and online, and the usable matches make.
    private var online = 0
    private var usable = 0
    private var groups: [Group]
    private var onlineGroups = 0
    private var offlineGroups = 0
    private var usableGroups = 0

    /// Makes a quantity in which nothing is usable yet.
    init(state: Quantity.StateFilter, terms: [Term], groupCount: Int?) {
        self.state = state
        self.terms = terms
        countsGroups = groupCount != nil
        groups = Array(repeating: Group(), count: groupCount ?? 0)
        total = groupCount ?? terms.reduce(0) { $0 &+ $1.amount }
    }

    /// What it is now.
    var value: Int {
        switch (state, countsGroups) {
        case (.online, false): online
        case (.offline, false): usable - online
        case (.available, false): usable
        case (.online, true): onlineGroups
        case (.offline, true): offlineGroups
        case (.available, true): usableGroups
        }
    }

    /// The number of matches that are registered, usable, and usable and online.
    var counts: (registered: Int, usable: Int, online: Int) {
        countsGroups ? (groups.count, usableGroups, onlineGroups) : (total, usable, online)
    }

    /// Whether it changes when a match becomes usable or unusable without being online.
    var readsUsability: Bool { state != .online }

    /// Forgets all that was counted, so that the terms can be counted anew.
    mutating func reset() {
        self = GroundQuantity(
            state: state,
            terms: terms,
            groupCount: countsGroups ? groups.count : nil
        )
    }

    /// Takes in that a match's usability or state changed, by -1, 0 or 1 each.
    mutating func update(term index: Int, usable du: Int, online dx: Int) {
        let term = terms[index]
        guard countsGroups else {
            // Wrapping, so that what was added can be taken away again whatever it was.
            usable &+= du * term.amount
            online &+= dx * term.amount
            return
        }
        count(groups[term.group], by: -1)
        groups[term.group].usable += du
        groups[term.group].online += dx
        count(groups[term.group], by: 1)
    }

    private mutating func count(_ group: Group, by step: Int) {
        if group.online > 0 { onlineGroups += step }
        if group.usable > group.online { offlineGroups += step }
        if group.usable > 0 { usableGroups += step }
    }
}
