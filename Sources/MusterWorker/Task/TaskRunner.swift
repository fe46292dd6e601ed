// Who runs tasks. The worker's runner gives each partition an actor of its own, so that the loop
// never waits for a decision; another one can run them in the loop's own thread, in a fixed order.

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
    private var inputs: [Int32: AsyncStream<TaskInput>.Continuation] = [:]
    private let group: TaskTracker

    /// - Parameter tracker: told of every actor, for whoever has to wait for their end.
    init(context: WorkerContext, mailbox: Mailbox, tracker: TaskTracker) {
        self.context = context
        self.mailbox = mailbox
        group = tracker
    }

    func start(_ start: TaskStart) {
        let (stream, continuation) = AsyncStream<TaskInput>.makeStream()
        inputs[start.partition] = continuation
        let (context, mailbox) = (context, mailbox)
        group.add(
            Task { await Shard(start, context: context, mailbox: mailbox).run(stream) }
        )
    }

    func give(_ partition: Int32, _ input: TaskInput) { inputs[partition]?.yield(input) }

    func dropAll() {
        for input in inputs.values { input.finish() }
        inputs = [:]
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

    /// Works through the inputs until the stream ends.
    func run(_ inputs: AsyncStream<TaskInput>) async {
        for await input in inputs {
            if let result = task.take(input) { mailbox.post(result) }
        }
    }
}
