// What tasks have decided on its way to the bus: records that wait for room, and the positions that
// the next commit will make durable.

internal import MusterEngine
internal import MusterKafka
internal import MusterMessages

/// Whole units since the last commit.
struct Outbox {
    /// Something to publish.
    enum Item {
        case output(OutboundRecord)
        case entry(ChangelogRecord)
    }

    /// Units since the last commit.
    private(set) var units = 0
    /// Units that came while a commit was under way: they belong to the next one.
    private var deferred: [(unit: Unit, partition: Int32)] = []
    private var items: [Item] = []
    /// The first item that is not published.
    private var first = 0
    /// Where the lanes of published or waiting units stand.
    private(set) var positions: [Lane: Int64] = [:]
    /// Whether there is anything to commit.
    private(set) var isDirty = false
    /// Commands, notices and dead letters since the last commit.
    private(set) var outputs: [OutboundRecord.Topic: Int] = [:]
    /// Records of the changelog since the last commit.
    private(set) var entries = 0
    /// Whether a commit was begun that has to be made again: nothing is published meanwhile.
    var isCommitting = false
    /// When the next commit is due, in the loop's time.
    var nextCommit = Duration.zero

    /// Whether everything is published.
    var isEmpty: Bool { first == items.count }
    /// Records that are not published.
    var waiting: Int { items.count - first + deferred.count }

    /// Adds a unit.
    mutating func add(_ unit: Unit, of partition: Int32) {
        guard !isCommitting else { return deferred.append((unit, partition)) }
        isDirty = true
        units += 1
        for output in unit.outputs { outputs[output.topic, default: 0] += 1 }
        entries += unit.entries.count
        items += unit.outputs.map(Item.output)
        items += unit.entries.map {
            .entry(ChangelogRecord(partition: partition, key: $0.key, value: $0.value))
        }
        positions.merge(unit.positions) { $1 }
    }

    /// Calls `body` with each item that waits, until it throws.
    mutating func drain<E>(_ body: (Item) throws(E) -> Void) throws(E) {
        while first < items.count {
            try body(items[first])
            first += 1
        }
        items.removeAll(keepingCapacity: true)
        first = 0
    }

    /// Notes a commit.
    mutating func committed() {
        positions = [:]
        outputs = [:]
        entries = 0
        units = 0
        isDirty = false
        isCommitting = false
        let next = deferred
        deferred = []
        for (unit, partition) in next { add(unit, of: partition) }
    }

    /// Forgets everything since the last commit.
    mutating func drop() {
        items = []
        first = 0
        deferred = []
        committed()
    }
}
