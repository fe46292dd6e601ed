// Who runs tasks. The worker's runner gives each partition an actor of its own, so that the loop
// never waits for a decision; another one can run them in the loop's own thread, in a fixed order.

internal import Synchronization

/// Runs the tasks of the partitions that are assigned.
protocol TaskRunner: AnyObject {
    /// Begins a partition's task. Its results go to the mailbox.
    func start(_ start: TaskStart)

    /// Gives a task something to do, after everything it was given before.
    func give(_ partition: Int32, _ input: TaskInput)

    /// Ends every task. What they have in work is for nobody.
    func dropAll()
}

/// Runs each task as an actor.
final class ActorRunner: TaskRunner {
    private let context: WorkerContext
    private let mailbox: Mailbox
    private var inboxes: [Int32: Inbox] = [:]
    private let tracker: TaskTracker

    /// The tracker is told of every actor, for whoever has to wait for their end.
    init(context: WorkerContext, mailbox: Mailbox, tracker: TaskTracker) {
        self.context = context
        self.mailbox = mailbox
        self.tracker = tracker
    }

    func start(_ start: TaskStart) {
        let inbox = Inbox()
        inboxes[start.partition] = inbox
        let (context, mailbox) = (context, mailbox)
        tracker.add(
            Task { await Shard(start, context: context, mailbox: mailbox).run(inbox) }
        )
    }

    func give(_ partition: Int32, _ input: TaskInput) { inboxes[partition]?.post(input) }

    func dropAll() {
        for inbox in inboxes.values { inbox.close() }
        inboxes = [:]
    }
}

/// What waits for a task, in order: taken out as a whole, so that more is taken in together the
/// more there is.
private final class Inbox: Sendable {
    /// Has an element whenever something was posted that nobody has looked for since.
    let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation
    private let inputs = Mutex<[TaskInput]>([])

    init() {
        (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func post(_ input: TaskInput) {
        inputs.withLock { $0.append(input) }
        signal.yield()
    }

    func close() { signal.finish() }

    func drain() -> [TaskInput] {
        inputs.withLock { inputs in
            defer { inputs = [] }
            return inputs
        }
    }
}

/// Owns one partition's task.
private actor Shard {
    private let task: PartitionTask
    private let mailbox: Mailbox

    init(_ start: TaskStart, context: WorkerContext, mailbox: Mailbox) {
        task = PartitionTask(start, context: context, mailbox: mailbox)
        self.mailbox = mailbox
    }

    /// Works through what comes until the inbox is closed.
    func run(_ inbox: Inbox) async {
        for await _ in inbox.signals {
            mailbox.post(task.take(inbox.drain()))
        }
    }
}
