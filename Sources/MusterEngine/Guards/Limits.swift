// What the guards in force allow to be done without asking.

import MusterModel
import MusterPolicy

/// The strictest of each limit that the guards of a domain set.
struct Limits: Hashable, Sendable {
    /// How many commands may await confirmation at once; `nil` where none says so.
    private(set) var maxInFlight: Int?
    /// How many resources one decision may change: all of these hold.
    private(set) var maxChanges: [Guard.Amount] = []
    /// How many resources may become unusable: all of these hold.
    private(set) var maxUnusable: [Guard.MassFailure] = []
    /// When what is satisfied may be changed for cost alone.
    private(set) var improve = Guard.Improvement.gain(atLeast: 0)
    /// How long a resource that was changed is not changed for cost alone.
    private(set) var cooldown: Duration?
    /// When a resource that changes its state by itself is left alone: each of these holds.
    private(set) var flapping: [Guard.Flapping] = []

    init(_ guards: [Guard] = []) {
        for limits in guards {
            maxInFlight = [maxInFlight, limits.maxInFlight].compactMap { $0 }.min()
            if let amount = limits.maxChanges { maxChanges.append(amount) }
            if let amount = limits.maxUnusable { maxUnusable.append(amount) }
            cooldown = [cooldown, limits.cooldown].compactMap { $0 }.max()
            if let amount = limits.flapping { flapping.append(amount) }
            switch (improve, limits.improve) {
            case (.gain(let old), .gain(let new)?): improve = .gain(atLeast: max(old, new))
            case (_, .never?): improve = .never
            default: break
            }
        }
    }

    /// Whether decisions are looked at before they are carried out.
    var restrainDecisions: Bool {
        !maxChanges.isEmpty || !maxUnusable.isEmpty || cooldown != nil
            || improve != .gain(atLeast: 0)
    }

    /// How many of so many managed resources one decision may change; `nil` for any number. A share
    /// is rounded down, but allows one change unless it is 0.
    func mostChanges(of managed: Int) -> Int? {
        maxChanges.map { amount in
            switch amount {
            case .number(let number): return number
            case .share(let thousandths):
                let (product, overflow) = thousandths.multipliedReportingOverflow(by: managed)
                let share = overflow ? managed : product / 100_000
                return thousandths > 0 ? max(1, share) : 0
            }
        }.min()
    }
}

extension Domain {
    /// The limits in force.
    var limits: Limits { configuration.limits }
}
