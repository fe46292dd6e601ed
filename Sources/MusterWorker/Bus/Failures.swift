// Records that the broker did not take, as the producer reports them inside of its polls.

internal import MusterKafka

/// What could not be delivered since it was last asked.
final class Failures {
    /// A record that was given up.
    struct Failure {
        var topic: String
        var bytes: Int
        var error: KafkaError
    }

    private let topics: [String]
    private var failures: [Failure] = []

    init(topics: [String]) { self.topics = topics }

    /// The token by which the producer reports a record: its topic and its size.
    func token(topic: String, bytes: Int) -> Int {
        ((topics.firstIndex(of: topic) ?? topics.count) + 1) << 40 | bytes
    }

    /// Called by the producer.
    func add(token: Int, _ error: KafkaError) {
        let index = token >> 40 - 1
        failures.append(
            Failure(
                topic: topics.indices.contains(index) ? topics[index] : "",
                bytes: token & (1 << 40 - 1),
                error: error
            )
        )
    }

    /// Takes out what was reported.
    func take() -> [Failure] {
        guard !failures.isEmpty else { return [] }
        defer { failures = [] }
        return failures
    }
}
