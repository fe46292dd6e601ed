// What the producer reports, kept until the loop looks: its callback runs inside of a poll.

internal import MusterKafka
internal import MusterMessages

/// Records that were given to the producer, and what became of them.
final class Deliveries {
    /// What became of one record.
    struct Delivery {
        var token: Int
        var error: KafkaError?
        /// The record, where it was refused.
        var output: OutboundRecord?
    }

    private var sent: [Int: OutboundRecord] = [:]
    private var reported: [Delivery] = []

    /// Notes that the producer has a record.
    func sent(_ output: OutboundRecord, _ token: Int) { sent[token] = output }

    /// Called by the producer. A token that is not known belongs to what was dropped.
    func report(_ token: Int, _ error: KafkaError?) {
        guard let output = sent.removeValue(forKey: token) else { return }
        reported.append(Delivery(token: token, error: error, output: output))
    }

    /// Takes out what was reported.
    func take() -> [Delivery] {
        defer { reported.removeAll(keepingCapacity: true) }
        return reported
    }

    /// Forgets everything.
    func drop() {
        sent = [:]
        reported = []
    }
}
