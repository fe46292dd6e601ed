// What the worker's transactions look like from outside: to consumers that read committed records
// only, and to a second process of the same name.

import Foundation
import MusterBusKit
import MusterKafka
import Testing

@Suite(
    "The worker on a broker process",
    .serialized,
    .enabled(if: BrokerProcess.source() != nil, Comment(rawValue: BrokerProcess.advice)),
    .timeLimit(.minutes(5))
)
struct TransactionTests {
    private static let policy = """
        apiVersion: muster/v1
        kind: Policy
        name: one-up
        require: {count: {kind: vm}, atLeast: 1}
        """

    @Test("What a killed worker had not committed is seen by nobody, and is done by the next one")
    func abortedIsInvisible() async throws {
        try await blocking {
            let run = try BusRun("abort")
            var settings = run.settings("w-0")
            settings.policies = Self.policy
            // Long enough that the worker is killed between publishing and committing.
            settings.more["worker.commitInterval"] = "20s"
            settings.more["worker.transactionTimeout"] = "60s"
            let writer = try run.writer()
            func report(_ resource: String, _ state: String) throws {
                try writer.send(
                    to: run.topics.resourceAvailability,
                    key: "d",
                    #"{"resource":"\#(resource)","state":"\#(state)"}"#
                )
                try writer.flush()
            }
            let first = try WorkerProcess(settings)
            try first.awaitLive(partitions: Int(BusRun.partitions))
            // The first commit may come at once; what is next has to wait for the interval's end.
            try report("a", "online")
            let everything = try run.reader(run.topics.outbound, isolation: "read_uncommitted")
            _ = try wait(for: "the first notice") {
                try everything.next(within: .milliseconds(100))
            }
            try report("b", "offline")
            try report("a", "faulted")
            _ = try wait(for: "the command, not yet committed") {
                let record = try everything.next(within: .milliseconds(100))
                return record?.place.topic == run.topics.commands ? true : nil
            }
            first.process.kill()
            let committed = try run.reader(run.topics.outbound)
            #expect(
                try committed.readToEnd().filter { $0.place.topic == run.topics.commands } == []
            )

            settings.more["worker.commitInterval"] = "50ms"
            let second = try WorkerProcess(settings)
            try second.awaitLive(partitions: Int(BusRun.partitions))
            try run.awaitNoLag()
            let seen = try committed.readToEnd()
            let commands = seen.filter { $0.place.topic == run.topics.commands }
            #expect(commands.map(\.key) == ["b"])
            #expect(second.process.terminate() == .exited(0))
        }
    }

    @Test("A second process of the same name fences the first one, which ends with status 75")
    func fencing() async throws {
        try await blocking {
            let run = try BusRun("fence")
            var settings = run.settings("w-0")
            settings.policies = Self.policy
            let writer = try run.writer()
            let first = try WorkerProcess(settings)
            try first.awaitLive(partitions: Int(BusRun.partitions))
            let second = try WorkerProcess(settings)
            try second.awaitLive(partitions: Int(BusRun.partitions))
            // Whoever is fenced notices at the latest when it has something to commit.
            for number in 0..<8 {
                try writer.send(
                    to: run.topics.resourceAvailability,
                    key: "d\(number)",
                    #"{"resource":"a","state":"offline"}"#
                )
            }
            try writer.flush()
            let ending = first.process.waitForEnd(within: .seconds(30))
            #expect(ending == .exited(75), Comment(rawValue: first.log.text))
            #expect(first.log.count(of: "another worker has taken over this one's name") == 1)

            try run.awaitNoLag()
            let commands = try run.reader([run.topics.commands]).readToEnd()
            #expect(commands.count == 8)
            #expect(Set(commands.compactMap { $0.headers["ce_id"] }).count == 8)
            #expect(second.process.terminate() == .exited(0))
        }
    }

    @Test(
        "A changelog is read up to what another's open transaction leads to",
        arguments: [true, false]
    )
    func openTransaction(isCommitted: Bool) async throws {
        try await blocking {
            let run = try BusRun("open")
            let other = try Producer(
                Producer.transactional(run.group + "-other", timeout: .seconds(60))
                    .merging(["bootstrap.servers": run.broker.bootstrapServers]) { $1 },
                log: { _ in }
            )
            try other.initTransactions(within: .seconds(20))
            try other.beginTransaction()
            // A resource that is gone: of domain `d`, kind `r`, named `x`.
            try other.produce(
                to: run.topics.state,
                partition: 0,
                key: [1] + Array("drx".utf8),
                value: nil
            )
            try other.flush(within: .seconds(20))

            let worker = try WorkerProcess(run.settings("w-0"))
            try waitUntil("the assignment: \(worker.log.text)") {
                worker.log.count(of: "partitions were assigned") == 1
            }
            Thread.sleep(forTimeInterval: 2)
            #expect(worker.log.count(of: "partition is restored") == 0)
            if isCommitted {
                try other.commitTransaction(within: .seconds(20))
            } else {
                try other.abortTransaction(within: .seconds(20))
            }
            try worker.awaitLive(partitions: Int(BusRun.partitions))
            let restored = #""entries":"\#(isCommitted ? 1 : 0)","partition":"0""#
            #expect(worker.log.count(of: restored) == 1, Comment(rawValue: worker.log.text))
            #expect(worker.process.terminate() == .exited(0))
        }
    }
}
