// Partitions and places in them.

internal import CLibRdKafka

/// A partition of a topic.
public struct TopicPartition: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The topic's name.
    public var topic: String
    /// The partition's number, from 0.
    public var partition: Int32

    /// Names a partition.
    public init(_ topic: String, _ partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    /// The topic with the number in brackets.
    public var description: String { "\(topic)[\(partition)]" }

    /// Orders by topic, then by number.
    public static func < (a: TopicPartition, b: TopicPartition) -> Bool {
        (a.topic, a.partition) < (b.topic, b.partition)
    }
}

/// An offset that librdkafka replaces by a real one.
public enum LogicalOffset {
    /// The oldest record that is still there.
    public static let beginning = Int64(RD_KAFKA_OFFSET_BEGINNING)
    /// Behind the newest record.
    public static let end = Int64(RD_KAFKA_OFFSET_END)
    /// What the group has committed.
    public static let stored = Int64(RD_KAFKA_OFFSET_STORED)
}

/// Owns a `rd_kafka_topic_partition_list_t`; freed once, when this value goes.
@safe
struct PartitionList: ~Copyable {
    let raw: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

    /// A list for `count` entries; librdkafka aborts the process when there is no memory for it.
    init(capacity: Int) {
        // The C function has no failing path, only an optional type.
        unsafe raw = rd_kafka_topic_partition_list_new(Int32(capacity))
    }

    init(_ partitions: some Collection<TopicPartition>) {
        self.init(capacity: partitions.count)
        for partition in partitions {
            unsafe rd_kafka_topic_partition_list_add(raw, partition.topic, partition.partition)
        }
    }

    init(_ offsets: [TopicPartition: Int64]) {
        self.init(capacity: offsets.count)
        for (partition, offset) in offsets.sorted(by: { $0.key < $1.key }) {
            let entry = unsafe rd_kafka_topic_partition_list_add(
                raw,
                partition.topic,
                partition.partition
            )
            unsafe entry?.pointee.offset = offset
        }
    }

    /// Takes over a list that librdkafka has made for us.
    init(consuming raw: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) {
        unsafe self.raw = raw
    }

    deinit { unsafe rd_kafka_topic_partition_list_destroy(raw) }

    /// The entries as values.
    var partitions: [TopicPartition] { unsafe Self.partitions(of: raw) }

    /// Offsets by partition, those that are real ones.
    ///
    /// - Throws: the first error that an entry carries.
    func offsets() throws(KafkaError) -> [TopicPartition: Int64] {
        var found: [TopicPartition: Int64] = [:]
        for index in 0..<(unsafe Int(raw.pointee.cnt)) {
            let entry = unsafe raw.pointee.elems[index]
            try unsafe KafkaError.check(entry.err)
            guard unsafe entry.offset >= 0 else { continue }
            unsafe found[TopicPartition(String(cString: entry.topic), entry.partition)] =
                entry.offset
        }
        return found
    }

    /// The entries of a list that librdkafka owns.
    static func partitions(
        of list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>
    ) -> [TopicPartition] {
        (0..<(unsafe Int(list.pointee.cnt))).map { index in
            let entry = unsafe list.pointee.elems[index]
            return unsafe TopicPartition(String(cString: entry.topic), entry.partition)
        }
    }
}
