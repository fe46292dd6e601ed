import MusterKafka
import Testing

@testable import MusterWorker

@Suite("The watch on the numbers of partitions") struct TopologyWatchTests {
    @Test("It tells of changes, each once, and of no answer that lacks a topic or did not come")
    func changes() {
        var settings = Settings()
        settings.limits.topologyInterval = .milliseconds(1)
        let mailbox = Mailbox()
        let watch = TopologyWatch(.quiet(settings), mailbox)
        let topics = settings.topics
        func counts(_ count: Int) -> [String: Int] {
            [topics.resourceAvailability: count, topics.desiredConfig: count, topics.state: count]
        }
        var partial = counts(8)
        partial[topics.state] = nil
        let answers: [[String: Int]?] = [counts(4), counts(4), nil, partial, counts(8), counts(8)]
        var told: [[String: Int]?] = []
        var asked = 0
        watch.watch { () throws(KafkaError) in
            if asked > 0 { told.append(mailbox.drain().counts) }
            guard asked < answers.count else {
                watch.stop()
                return counts(8)
            }
            defer { asked += 1 }
            guard var answer = answers[asked] else { throw KafkaError(.timedOut) }
            answer["somebody-elses"] = asked
            return answer
        }
        #expect(told == [counts(4), nil, nil, nil, counts(8), nil])
    }
}
