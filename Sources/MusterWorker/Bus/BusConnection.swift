// The seam between the worker's loop and the bus. Behind it is librdkafka, or a log in memory that
// can be made to fail at every call: what the loop promises is checked against that one.

internal import MusterKafka
internal import MusterMessages

/// What the group has decided about this worker's partitions.
enum GroupEvent: Equatable {
    /// These are all that are ours from now on.
    case assigned(Set<Lane>)
    /// They are ours until the listener returns: the last moment to commit.
    case revoked(Set<Lane>)
    /// They are another's already.
    case lost(Set<Lane>)
}

/// What a poll brought.
enum Arrival: Equatable {
    /// Nothing in the time given, or somebody woke the poll.
    case nothing
    /// A record, which is in the round.
    case record
    /// A partition was read to its end; its next record will have this offset.
    case end(Lane, offset: Int64)
    /// There is nothing at the offset that a lane was to be read at. It is not read any more before
    /// it is assigned again.
    case unavailable(Lane, offset: Int64)
}

/// A record of the changelog on its way out.
struct ChangelogRecord: Hashable, Sendable {
    var partition: Int32
    var key: [UInt8]
    /// `nil` where the entity is gone.
    var value: [UInt8]?
}

/// Everything between one worker and the brokers; used by one thread.
///
/// Every call may throw a ``KafkaError``. One that is fatal ends the worker; one that requires an
/// abort rolls back to the last commit; after a retriable one the same call is made again.
protocol BusConnection: AnyObject {
    /// Ends the current poll, or else the next one, from any thread.
    var wake: @Sendable () -> Void { get }

    /// The number of partitions of every topic, by name.
    func partitionCounts() throws(KafkaError) -> [String: Int]

    // MARK: Reading

    /// Joins the group. The listener is called inside of ``poll(for:into:)`` and
    /// ``leave(within:)``, on the same thread.
    func join(_ listener: @escaping (GroupEvent) -> Void) throws(KafkaError)

    /// Whether the group has gone on without this member, which has yet to hear of it.
    var hasLostAssignment: Bool { get }

    /// Reads these from these offsets on, and no others; some are paused at first, and all others
    /// are not, whatever was paused before.
    func assign(_ positions: [Lane: Int64], paused: Set<Lane>) throws(KafkaError)

    func pause(_ lanes: Set<Lane>) throws(KafkaError)

    /// Reads on from behind the last record that was polled.
    func resume(_ lanes: Set<Lane>) throws(KafkaError)

    /// What the group has committed; lanes without a commit are left out.
    func committed(_ lanes: Set<Lane>) throws(KafkaError) -> [Lane: Int64]

    /// Where lanes begin, and the offsets that their next records will have.
    func bounds(of lanes: Set<Lane>) throws(KafkaError) -> [Lane: Range<Int64>]

    /// The offset that a lane's next record will have, as far as it is known without asking.
    func knownEnd(of lane: Lane) -> Int64?

    /// Waits for a record, which is added to the round, or for something else.
    func poll(for timeout: Duration, into round: Round) throws(KafkaError) -> Arrival

    // MARK: Publishing

    /// Publishes a record, with exactly-once within the transaction that the next commit ends.
    ///
    /// - Throws: `queueFull` when it has to be tried again later, `messageTooLarge`.
    func publish(_ record: OutboundRecord) throws(KafkaError)

    /// Publishes a record of the changelog, like any other.
    func publish(_ record: ChangelogRecord) throws(KafkaError)

    /// Makes everything published since the last commit durable, and with it these offsets of the
    /// records to be read next. After an error that is retriable the same call continues it.
    func commit(_ positions: [Lane: Int64]) throws(KafkaError)

    /// Drops everything published since the last commit, as far as the guarantee allows.
    func abort() throws(KafkaError)

    /// Serves what goes on in the background.
    func serve() throws(KafkaError)

    /// Leaves the group; the listener hears of the revocation.
    func leave(within timeout: Duration)
}
