// From the tasks' results to the bus, and the commit that makes them count.

internal import Logging
internal import MusterKafka
internal import MusterMessages

extension WorkerLoop {
    /// Takes what others have left, and publishes it.
    func takeMail() throws(WorkerError) {
        var mail = mailbox.drain()
        if let counts = mail.counts { try noteCounts(counts) }
        // Results of an older assignment are for nobody.
        for index in mail.results.indices where mail.results[index].epoch == epoch {
            let batches = mail.results[index].takeBatches()
            let result = mail.results[index]
            inFlight[result.partition]? -= result.inputs
            round.reuse(batches)
            timers.finished(
                result.partition,
                next: result.nextDeadline,
                wasClock: result.cause == .clock
            )
            if let unit = result.unit { outbox.add(unit, of: result.partition) }
        }
        for restoration in mail.restorations where restoration.epoch == epoch {
            try restored(restoration)
        }
        try publish()
    }

    /// Gives the bus what it has room for.
    private func publish() throws(WorkerError) {
        do throws(KafkaError) {
            // What is published now would not be part of the commit that is under way.
            if !outbox.isCommitting { try outbox.drain(publish) }
            try connection.serve()
        } catch {
            // There will be room, or an answer, later.
            let isPassing = error.code == .queueFull || error.isPassing
            if !isPassing { try recover(from: error) }
        }
    }

    private func publish(_ item: Outbox.Item) throws(KafkaError) {
        switch item {
        case .entry(let record):
            do throws(KafkaError) {
                try connection.publish(record)
            } catch {
                guard error.code == .messageTooLarge else { throw error }
                // Without it the state would be lost, so the worker cannot go on.
                var fatal = error
                fatal.isFatal = true
                fatal.reason =
                    "a record of \(record.value?.count ?? 0) bytes for \(settings.topics.state): "
                    + "\(error.reason); raise the topic's max.message.bytes"
                throw fatal
            }
        case .output(let record):
            do throws(KafkaError) {
                try connection.publish(record)
            } catch {
                guard error.code == .messageTooLarge else { throw error }
                try publishSmaller(record)
            }
        }
    }

    /// A record that is too large is given up, after a dead letter was tried without its value.
    private func publishSmaller(_ record: OutboundRecord) throws(KafkaError) {
        do throws(KafkaError) {
            if let smaller = record.withoutValue() { return try connection.publish(smaller) }
        } catch {
            guard error.code == .messageTooLarge else { throw error }
        }
        logger.error(
            "a record is too large for its topic",
            metadata: [
                "topic": "\(settings.topics.name(of: record.topic))",
                "bytes": "\(record.value?.count ?? 0)",
            ]
        )
        context.counters.add { $0.undelivered += 1 }
    }

    func commitIfDue() throws(WorkerError) {
        guard outbox.isDirty, outbox.isEmpty || outbox.isCommitting,
            context.elapsed() >= outbox.nextCommit
        else { return }
        try commit()
    }

    /// Commits what was published.
    func commit() throws(WorkerError) {
        let began = context.elapsed()
        do throws(KafkaError) {
            try connection.commit(outbox.positions)
        } catch {
            return try recover(from: error)
        }
        context.counters.add {
            $0.commits += 1
            $0.published += outbox.outputs.values.reduce(0, +)
        }
        context.metrics.committed(in: context.elapsed() - began)
        context.metrics.logged(entries: outbox.entries)
        context.metrics.published(
            commands: outbox.outputs[.commands, default: 0],
            notices: outbox.outputs[.notifications, default: 0]
        )
        committed.merge(outbox.positions) { $1 }
        outbox.committed()
        let now = context.elapsed()
        // Counted from its beginning: a slow commit shall not make the next one late as well.
        outbox.nextCommit = max(began + settings.limits.commitInterval, now)
    }

    /// Does what an error of publishing or committing asks for.
    ///
    /// - Throws: where the worker cannot go on.
    func recover(from error: KafkaError) throws(WorkerError) {
        if error.isFatal { throw WorkerError(fatal: error) }
        if error.isPassing {
            logger.debug("committing takes longer", metadata: ["reason": "\(error)"])
            outbox.isCommitting = true
            return
        }
        try rollBack(because: error)
    }

    /// Goes back to the last commit: what was published since is aborted, and the partitions
    /// begin anew from the changelog and the committed offsets.
    func rollBack(because error: KafkaError) throws(WorkerError) {
        logger.warning("rolling back to the last commit", metadata: ["reason": "\(error)"])
        context.counters.add { $0.rollbacks += 1 }
        context.metrics.aborted()
        context.observe(.rolledBack(reason: "\(error)"))
        try abort()
        forget()
        isUnprepared = !assigned.isEmpty
    }

    /// Aborts. Where the brokers do not answer it is tried again at each turn, and nothing is
    /// prepared before: whoever calls may be in the middle of a rebalance, which must not wait.
    func abort() throws(WorkerError) {
        isAborting = true
        try goOnAborting()
    }

    /// Tries again to abort, if there is something to.
    func goOnAborting() throws(WorkerError) {
        guard isAborting else { return }
        do throws(KafkaError) {
            try connection.abort()
            isAborting = false
        } catch {
            guard error.isPassing else { throw WorkerError(fatal: error) }
            logger.warning("aborting takes longer", metadata: ["reason": "\(error)"])
        }
    }

    /// Finishes and commits what is in the tasks' hands, as far as time allows.
    ///
    /// - Returns: whether everything was.
    func settle(within limit: Duration) throws(WorkerError) -> Bool {
        let deadline = context.elapsed() + limit
        let epoch = epoch
        for partition in inFlight.keys.sorted() {
            inFlight[partition]? += 1
            runner.give(partition, .settle)
        }
        repeat {
            try takeMail()
            if outbox.isDirty, outbox.isEmpty || outbox.isCommitting { try commit() }
            // After a rollback there is nothing left to settle.
            if epoch != self.epoch { return false }
            if !outbox.isDirty, inFlight.values.allSatisfy({ $0 == 0 }) { return true }
            context.pause(.milliseconds(1))
        } while context.elapsed() < deadline
        return false
    }

    /// Ends in order: nothing new is read, what is in flight is finished and committed as far as
    /// time allows, the group is left.
    func drain() throws(WorkerError) {
        logger.info("stopping", metadata: ["batchesInFlight": "\(inFlight.values.reduce(0, +))"])
        holdBack(all: true)
        if try !settle(within: settings.limits.drainTimeout) {
            logger.warning("stopping with work undone; whoever goes on begins with it")
        }
        try finish()
    }

    /// Drops what could not be settled.
    private func finish() throws(WorkerError) {
        epoch += 1
        mailbox.epoch = epoch
        guard outbox.isDirty else { return }
        outbox.drop()
        // Without an answer the brokers abort it by themselves in time.
        do throws(KafkaError) { try connection.abort() } catch {
            logger.warning("aborting failed", metadata: ["reason": "\(error)"])
        }
    }
}

extension KafkaError {
    /// Whether the same call may succeed when it is made again.
    fileprivate var isPassing: Bool {
        !isFatal && !requiresAbort && (isRetriable || code == .timedOut)
    }
}
