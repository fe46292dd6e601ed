// Whom to ask for a report, and when. Asking is cheap for the engine and not for those who answer,
// so it is spread: over ticks where it is done again and again, and over time where it is many.

import MusterModel

/// The resources that are yet to be asked to report.
struct Inquiry: Sendable {
    /// How many are asked at one time.
    static var batch: Int { 10_000 }
    /// How long the others wait then.
    static var pause: Duration { .seconds(1) }

    /// Why everything has to be asked, if it has to be: reports may have been missed.
    var everything: String?
    /// Whether everything will have to be, so that nobody is asked from time to time before.
    var isAwaited = false
    /// When the next ones may be asked; `nil` where none waits.
    private(set) var next: Instant?
    private var queue: [(resource: ResourceID, cause: String)] = []
    private var asked = 0
    private var members: Set<ResourceID> = []
    private var nextBatch = Instant(milliseconds: .min)

    /// Adds resources that are not waiting already, in this order.
    mutating func add(_ resources: [ResourceID], cause: String) {
        for resource in resources where members.insert(resource).inserted {
            queue.append((resource, cause))
        }
        if !members.isEmpty { next = nextBatch }
    }

    /// Takes out those that may be asked now.
    mutating func take(at now: Instant) -> [(resource: ResourceID, cause: String)] {
        // A clock that was set back does not make them wait.
        guard let next, next <= now || now + Self.pause < next else { return [] }
        let taken = queue[asked...].prefix(Self.batch)
        asked += taken.count
        for (resource, _) in taken { members.remove(resource) }
        if members.isEmpty {
            queue = []
            asked = 0
        }
        nextBatch = taken.count == Self.batch ? now + Self.pause : Instant(milliseconds: .min)
        self.next = members.isEmpty ? nil : nextBatch
        return Array(taken)
    }
}

/// A timetable that asks each resource once in an interval, some of them at every tick.
///
/// It follows from names and the time alone, so it is the same after a restart.
struct Rounds: Sendable {
    /// How many ticks make a round.
    private static var ticks: Int64 { 60 }

    private let tick: Int64
    /// By tick: the slots that are asked then.
    private var slots: [Set<Int>] = Array(repeating: [], count: Int(ticks))

    /// Makes the timetable for rounds of this length, to the next shorter whole number of ticks.
    init(every interval: Duration) { tick = max(1, interval.milliseconds / Self.ticks) }

    private static func index(of resource: ResourceID) -> Int {
        Int(scattered(resource.name) % UInt64(ticks))
    }

    /// Takes a resource in.
    mutating func insert(_ slot: Int, _ resource: ResourceID) {
        slots[Self.index(of: resource)].insert(slot)
    }

    /// Takes a resource out.
    mutating func remove(_ slot: Int, _ resource: ResourceID) {
        slots[Self.index(of: resource)].remove(slot)
    }

    /// The next tick after an instant.
    func next(after instant: Instant) -> Instant {
        Instant(milliseconds: (number(of: instant) + 1) * tick)
    }

    /// The slots of every tick after one instant and up to another, in no order.
    func slots(after start: Instant, to end: Instant) -> [Int] {
        let (first, last) = (number(of: start) + 1, number(of: end))
        guard first <= last else { return [] }
        if last - first + 1 >= Self.ticks { return slots.flatMap { $0 } }
        return (first...last).flatMap { tick in
            slots[Int(((tick % Self.ticks) + Self.ticks) % Self.ticks)]
        }
    }

    /// The number of the tick that an instant lies in, rounded down.
    private func number(of instant: Instant) -> Int64 {
        let (quotient, rest) = instant.milliseconds.quotientAndRemainder(dividingBy: tick)
        return rest < 0 ? quotient - 1 : quotient
    }
}
