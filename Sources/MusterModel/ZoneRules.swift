// What a time zone says, as a table: the core reads no time-zone data, so whoever reads documents
// brings it along, and a window decides the same again from the same table.

/// The offsets of a time zone from UTC, and when they change.
public struct ZoneRules: Hashable, Sendable {
    /// A change of the offset.
    public struct Transition: Hashable, Sendable {
        /// The first instant with the new offset.
        public let instant: Instant
        /// Seconds east of UTC from then on.
        public let offset: Int

        /// Makes a transition.
        public init(at instant: Instant, offset: Int) {
            self.instant = instant
            self.offset = offset
        }
    }

    /// Its name in the time-zone database, such as `Europe/Berlin`.
    public let name: String
    /// Seconds east of UTC before the first transition.
    public let offset: Int
    /// In order of time. After the last one its offset goes on.
    public let transitions: [Transition]

    /// Makes rules; without transitions the offset always holds.
    ///
    /// - Precondition: The transitions are in order of time.
    public init(name: String, offset: Int, transitions: [Transition] = []) {
        precondition(
            zip(transitions, transitions.dropFirst()).allSatisfy { $0.instant < $1.instant },
            "the transitions of \(name) are not in order"
        )
        self.name = name
        self.offset = offset
        self.transitions = transitions
    }

    /// Coordinated universal time.
    public static let utc = ZoneRules(name: "UTC", offset: 0)

    /// What a clock on the wall shows, in milliseconds since its own 1970-01-01T00:00.
    ///
    /// - Complexity: O(log transitions).
    public func local(_ instant: Instant) -> Int64 {
        instant.milliseconds + milliseconds(of: stretch(at: instant))
    }

    /// The first instant at which a clock on the wall has come to show `local` or a later time.
    ///
    /// Of a time that comes twice it is the first; for one that is skipped, when the clock jumps.
    ///
    /// - Complexity: O(log transitions).
    public func first(showing local: Int64) -> Instant {
        // No offset is a day long, so a day before and a day after hold all candidates.
        var index = stretch(at: Instant(milliseconds: local - Self.day))
        while index < transitions.count {
            let end = transitions[index].instant.milliseconds
            if local - milliseconds(of: index) < end { break }
            index += 1
        }
        let start = index == 0 ? Int64.min : transitions[index - 1].instant.milliseconds
        return Instant(milliseconds: max(start, local - milliseconds(of: index)))
    }

    private static let day: Int64 = 86_400_000

    /// The number of transitions up to an instant, that one included.
    private func stretch(at instant: Instant) -> Int {
        var range = 0..<transitions.count
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            if transitions[middle].instant <= instant {
                range = (middle + 1)..<range.upperBound
            } else {
                range = range.lowerBound..<middle
            }
        }
        return range.lowerBound
    }

    private func milliseconds(of stretch: Int) -> Int64 {
        Int64(stretch == 0 ? offset : transitions[stretch - 1].offset) * 1000
    }
}

/// Where the rules of time zones come from: a library's data, or a few of a test's own.
public struct TimeZones: Sendable {
    private let find: @Sendable (String) -> ZoneRules?
    private let list: @Sendable () -> [String]

    /// Makes a source from what finds the rules of a name, and what lists all names.
    ///
    /// Both must give the same whenever they are asked.
    public init(
        find: @escaping @Sendable (String) -> ZoneRules?,
        names: @escaping @Sendable () -> [String]
    ) {
        self.find = find
        list = names
    }

    /// Makes a source of these rules.
    public init(_ rules: [ZoneRules]) {
        let known = Dictionary(rules.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let names = known.keys.sorted()
        self.init(find: { known[$0] }, names: { names })
    }

    /// A source that knows UTC only.
    public static let utc = TimeZones([.utc])

    /// The rules of a zone; `nil` when there is none of this name.
    public subscript(name: String) -> ZoneRules? { find(name) }

    /// All names, in order.
    public var names: [String] { list() }
}
