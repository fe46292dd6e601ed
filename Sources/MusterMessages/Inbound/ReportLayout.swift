// How reports are written. A program writes all of its reports alike: the same fields in the same
// order, with the same characters between the values. Whoever knows what stands there needs not
// take it apart again.

/// Which fields a report has, and what stands before, between and behind their values.
public struct ReportLayout: Sendable {
    /// A member of the object.
    struct Member {
        /// `nil` for one that means nothing.
        var field: AvailabilityField?
        /// What stands between the value before and this one, as a place in the text.
        var literal: Range<Int>
        /// How long the value was when it was last read.
        var length: Int
    }

    /// All that stands between values.
    private(set) var text: [UInt8] = []
    private(set) var members: [Member] = []
    /// Where in the text that stands which is behind the last value.
    private(set) var tail = 0..<0

    /// Whether it is that of a whole report: at least a bracket stands behind the last value.
    var isWhole: Bool { !tail.isEmpty && !members.isEmpty }

    /// Of no report yet.
    public init() {}

    /// What is kept at most; nobody's usual report has more.
    private static let limit = (members: 32, bytes: 2048)

    /// Begins with a report of which nothing is known yet.
    mutating func clear() {
        text.removeAll(keepingCapacity: true)
        members.removeAll(keepingCapacity: true)
        tail = 0..<0
    }

    /// Adds a value that is at `place`, behind what stands there from `previous` on.
    mutating func add(
        _ field: AvailabilityField?,
        at place: Range<Int>,
        behind previous: Int,
        in bytes: [UInt8]
    ) {
        let literal = keep(bytes, previous..<place.lowerBound)
        guard members.count < Self.limit.members else { return }
        members.append(Member(field: field, literal: literal, length: place.count))
    }

    /// Ends it with what stands behind the last value; a layout that is too large is none.
    mutating func finish(_ bytes: [UInt8], _ range: Range<Int>) {
        tail = keep(bytes, range)
        if text.count > Self.limit.bytes || members.count == Self.limit.members { clear() }
    }

    private mutating func keep(_ bytes: [UInt8], _ range: Range<Int>) -> Range<Int> {
        let start = text.count
        if start <= Self.limit.bytes { text += bytes[range.prefix(Self.limit.bytes + 1)] }
        return start..<text.count
    }

    /// Notes how long a member's value is now.
    mutating func note(length: Int, of member: Int) { members[member].length = length }

    /// The byte that stands behind a member's value.
    @inline(__always)
    func byteBehind(_ member: Int) -> UInt8 {
        text[member + 1 < members.count ? members[member + 1].literal.lowerBound : tail.lowerBound]
    }
}
