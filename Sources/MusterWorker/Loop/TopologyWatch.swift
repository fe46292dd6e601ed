// Topics may get partitions while a worker runs, and then keys change theirs. The group notices
// that of inbound topics only, and not at once; so somebody looks, on a thread that may wait for
// brokers.

internal import Dispatch
internal import Foundation
internal import MusterKafka

/// Tells the loop how many partitions there are, as soon as that is not what it was.
final class TopologyWatch: Sendable {
    private let context: WorkerContext
    private let mailbox: Mailbox
    /// Signalled when the watch is over.
    private let isOver = DispatchSemaphore(value: 0)

    init(_ context: WorkerContext, _ mailbox: Mailbox) {
        self.context = context
        self.mailbox = mailbox
    }

    /// Begins to look.
    func start() {
        let thread = Thread { [self] in
            guard let topology = try? Topology(context.settings, logger: context.logger)
            else { return }
            watch { () throws(KafkaError) in
                try topology.admin.partitionCounts(within: .seconds(10))
            }
        }
        thread.name = "muster-topology"
        thread.start()
    }

    /// Ends it, without waiting for an answer that is under way.
    func stop() { isOver.signal() }

    /// Asks at each interval until the watch is over; posts the numbers when they have changed.
    func watch(_ ask: () throws(KafkaError) -> [String: Int]) {
        let interval = context.settings.limits.topologyInterval.components
        let seconds = Double(interval.seconds) + Double(interval.attoseconds) * 1e-18
        let topics = context.settings.topics
        let names = [topics.resourceAvailability, topics.desiredConfig, topics.state]
        var known: [String: Int]?
        while isOver.wait(timeout: .now() + seconds) == .timedOut {
            // A broker that does not answer is the loop's to complain of.
            guard let counts = try? ask() else { continue }
            let told = counts.filter { names.contains($0.key) }
            // A cluster's brokers learn of changes one after another: not there means nothing.
            guard told.count == names.count else { continue }
            if told != known { mailbox.post(counts: told) }
            known = told
        }
    }
}
