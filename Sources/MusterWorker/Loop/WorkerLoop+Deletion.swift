// Records that the brokers deleted before they were read: a topic's retention was shorter than the
// worker was away or busy. They are lost, and no rollback brings them back. So reading goes on with
// the oldest record that is left, on the state at hand, and whoever watches is told of the loss.

internal import Logging
internal import MusterKafka
internal import MusterMessages

extension WorkerLoop {
    /// Has all lanes read on from where they stand, or from where they begin by now; to be done
    /// once the brokers have nothing at the next offset of one. Tried again at the next turn while
    /// they do not answer.
    func readOnIfLost() throws(WorkerError) {
        guard hasLostOffset, !isUnprepared, !isAborting else { return }
        do throws(KafkaError) {
            var deleted: [Lane: Int64] = [:]
            var positions: [Lane: Int64] = [:]
            for (lane, bounds) in try connection.bounds(of: assigned) {
                guard let position = catchUp.position(of: lane) ?? starts[lane]?.lowerBound
                else { continue }
                let start = try start(of: lane, from: position, within: bounds)
                positions[lane] = start
                deleted[lane] = start - position
                if let old = starts[lane] { starts[lane] = start..<max(start, old.upperBound) }
            }
            try connection.assign(positions)
            for (lane, position) in positions { catchUp.advance(lane, to: position) }
            hasLostOffset = false
            brake.reset(paused: assigned)
            note(deleted: deleted)
            context.observe(.readOn(missed: Int(deleted.values.reduce(0, +))))
            askWhereMissed(deleted)
        } catch {
            if error.isFatal { throw WorkerError(fatal: error) }
            if error.code == .offsetOutOfRange { return try rollBack(because: error) }
            logger.warning("asking for offsets failed", metadata: ["reason": "\(error)"])
        }
    }

    /// Where a lane goes on: at a position, or at its oldest record where that one was deleted.
    ///
    /// - Throws: `offsetOutOfRange` where it ends before that.
    func start(of lane: Lane, from position: Int64, within bounds: Range<Int64>)
        throws(KafkaError) -> Int64
    {
        let start = max(position, bounds.lowerBound)
        guard start <= bounds.upperBound else {
            throw KafkaError(
                .offsetOutOfRange,
                "the group \(settings.group) has read \(settings.topics.name(of: lane.topic))"
                    + "[\(lane.partition)] up to \(start), but it ends at \(bounds.upperBound)"
                    + ": records were lost, or the topic was made anew; with new topics, give "
                    + "the worker a new group"
            )
        }
        return start
    }

    /// Tells how many records were passed over.
    func note(deleted: [Lane: Int64]) {
        for (lane, records) in deleted where records > 0 {
            logger.error(
                "records were deleted before they were read; lengthen the topic's retention",
                metadata: [
                    "topic": "\(settings.topics.name(of: lane.topic))",
                    "partition": "\(lane.partition)", "records": "\(records)",
                ]
            )
            context.metrics.missed(Int(records), from: lane.topic)
        }
    }

    /// Has the domains ask for the reports that were among them. Partitions that are not restored
    /// will ask in any case.
    private func askWhereMissed(_ deleted: [Lane: Int64]) {
        for (lane, records) in deleted where lane.topic == .availability && records > 0 {
            guard inFlight[lane.partition] != nil else { continue }
            runner.give(lane.partition, .reportsMissed)
            // Before everything is restored they wait for that.
            if restoring.left == 0 { runner.give(lane.partition, .ask(partitions: inFlight.count)) }
        }
    }
}
