// Records as a user's pipeline sends them: by a client of its own, keyed by domain.

internal import Foundation
public import MusterKafka

/// Sends records to topics.
public final class TopicWriter {
    private let producer: Producer

    /// Makes a client; properties go before librdkafka's.
    public init(
        on bootstrapServers: String,
        _ properties: [String: String] = [:]
    ) throws(KafkaError) {
        let own = ["bootstrap.servers": bootstrapServers, "linger.ms": "0"]
        producer = try Producer(own.merging(properties) { $1 }, log: { _ in })
    }

    /// Queues a record, and waits while the queue is full.
    public func send(
        to topic: String,
        key: String?,
        _ value: String?,
        partition: Int32? = nil
    ) throws(KafkaError) {
        try send(
            to: topic,
            key: key.map { Array($0.utf8) },
            bytes: value.map { Array($0.utf8) },
            partition: partition
        )
    }

    /// Queues a record of any bytes, and waits while the queue is full.
    public func send(
        to topic: String,
        key: [UInt8]?,
        bytes value: [UInt8]?,
        partition: Int32? = nil
    ) throws(KafkaError) {
        while true {
            do throws(KafkaError) {
                try producer.produce(
                    to: topic,
                    partition: partition,
                    key: key,
                    value: value
                )
                try producer.poll()
                return
            } catch {
                guard error.code == .queueFull else { throw error }
                try producer.poll(for: .milliseconds(10))
            }
        }
    }

    /// Waits until the broker has everything.
    public func flush() throws(KafkaError) { try producer.flush(within: .seconds(60)) }
}
