import MusterKafka
import Testing

@Suite("Consumer groups")
struct GroupTests {
    /// Rebalances as one member saw them.
    private final class History {
        var events: [RebalanceEvent] = []
    }

    @Test("Two members hold the same partition numbers of co-partitioned topics")
    func rangeKeepsTopicsTogether() throws {
        let broker = try EmbeddedBroker(log: quiet)
        for topic in ["left", "right"] { try broker.create(topic: topic, partitions: 4) }
        let history = History()
        let first = try consumer(of: broker, group: "g")
        first.onRebalance = { history.events.append($0) }
        try first.subscribe(to: ["left", "right"])
        try wait(for: "the first member has everything") {
            _ = try first.poll(for: .milliseconds(50))
            return first.assignment.count == 8
        }
        let second = try consumer(of: broker, group: "g")
        try second.subscribe(to: ["left", "right"])
        try wait(for: "both have a half", within: .seconds(30)) {
            _ = try first.poll(for: .milliseconds(20))
            _ = try second.poll(for: .milliseconds(20))
            return first.assignment.count == 4 && second.assignment.count == 4
        }
        for member in [first, second] {
            let numbers = Dictionary(grouping: member.assignment, by: \.topic)
                .mapValues { $0.map(\.partition).sorted() }
            #expect(numbers["left"] == numbers["right"])
        }
        #expect(Set(first.assignment).isDisjoint(with: second.assignment))
        let kinds = history.events.map { event in
            switch event {
            case .assigned(let partitions): "+\(partitions.count)"
            case .revoked(let partitions): "-\(partitions.count)"
            case .lost(let partitions): "!\(partitions.count)"
            }
        }
        // How often the group settles anew while the second joins is its own affair.
        #expect(kinds.starts(with: ["+8", "-8"]))
        #expect(kinds.last == "+4")
    }

    @Test("The listener may start elsewhere and pause, and hears of the end when it leaves")
    func listenerAssigns() throws {
        let broker = try EmbeddedBroker(log: quiet)
        try broker.create(topic: "t", partitions: 1)
        let producer = try producer(of: broker)
        for value in 0..<3 as Range<UInt8> {
            try producer.produce(to: "t", key: nil, value: [value])
        }
        try producer.flush(within: .seconds(10))
        let partition = TopicPartition("t", 0)
        let history = History()
        let consumer = try consumer(of: broker, group: "g")
        consumer.onRebalance = { [unowned consumer] event in
            history.events.append(event)
            guard case .assigned = event else { return }
            do {
                try consumer.assign([partition: 2])
                try consumer.pause([partition])
            } catch {
                Issue.record(error)
            }
        }
        try consumer.subscribe(to: ["t"])
        try wait(for: "the assignment") {
            _ = try consumer.poll(for: .milliseconds(50))
            return !history.events.isEmpty
        }
        try consumer.resume([partition])
        #expect(try consumer.take(1).map(\.offset) == [2])
        consumer.close()
        #expect(history.events == [.assigned([partition]), .revoked([partition])])
    }

    @Test("A consumer can be closed with records fetched that nobody has polled")
    func closedWithRecords() throws {
        let broker = try EmbeddedBroker(log: quiet)
        try broker.create(topic: "t", partitions: 1)
        let producer = try producer(of: broker)
        for number in 0..<2000 {
            try producer.produce(to: "t", key: nil, value: Array("\(number)".utf8))
        }
        try producer.flush(within: .seconds(20))
        let consumer = try consumer(of: broker, group: "g")
        try consumer.subscribe(to: ["t"])
        #expect(try consumer.take(2).count == 2)
        #expect(consumer.close())
    }

    @Test("What a member commits, its successor finds")
    func commits() throws {
        let broker = try EmbeddedBroker(log: quiet)
        try broker.create(topic: "t", partitions: 2)
        let committed = TopicPartition("t", 0)
        let untouched = TopicPartition("t", 1)
        do {
            let consumer = try consumer(of: broker, group: "g")
            try consumer.subscribe(to: ["t"])
            try wait(for: "the assignment") {
                _ = try consumer.poll(for: .milliseconds(50))
                return !consumer.assignment.isEmpty
            }
            try consumer.commit([committed: 7], within: .seconds(10))
            consumer.close()
        }
        let successor = try consumer(of: broker, group: "g")
        let found = try successor.committed([committed, untouched], within: .seconds(10))
        #expect(found == [committed: 7])
    }
}
