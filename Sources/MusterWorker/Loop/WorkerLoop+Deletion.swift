// Records that the brokers deleted before they were read: a topic's retention was shorter than the
// worker was away or busy. They are lost, and no rollback brings them back. So reading goes on with
// the oldest record that is left, on the state at hand, and whoever watches is told of the loss.

internal import Logging
internal import MusterKafka
internal import MusterMessages

extension WorkerLoop {
    /// Has all lanes read on from where they stand, or from where they begin by now, if the brokers
    /// have nothing at the next offset of one. Tried again at the next turn while they do not
    /// answer.
    func readOnIfLost() throws(WorkerError) {
        guard !lostOffsets.isEmpty, !isUnprepared, !isAborting else { return }
        // What was asked for before the lane was assigned anew is of no interest.
        lostOffsets = lostOffsets.filter { $1 >= nextOffset(of: $0) ?? .max }
        guard !lostOffsets.isEmpty else { return }
        do throws(KafkaError) {
            var positions: [Lane: Int64] = [:]
            var deleted: [Lane: Int64] = [:]
            for (lane, bounds) in try connection.bounds(of: assigned) {
                guard let position = nextOffset(of: lane) else { continue }
                var start = try start(of: lane, from: position, within: bounds)
                if start > position { start += headroom(of: lane, at: position, within: bounds) }
                positions[lane] = start
                deleted[lane] = start - position
            }
            let paused = assigned.filter { inFlight[$0.partition] == nil }
            try connection.assign(positions, paused: paused)
            lostOffsets = [:]
            brake.reset(paused: paused)
            for (lane, start) in positions { goOn(lane, at: start) }
            note(deleted: deleted)
            context.observe(.readOn(missed: Int(deleted.values.reduce(0, +))))
            askWhereMissed(deleted)
        } catch {
            if error.isFatal { throw WorkerError(fatal: error) }
            if error.code == .offsetOutOfRange { return try rollBack(because: error) }
            logger.warning("asking for offsets failed", metadata: ["reason": "\(error)"])
        }
    }

    /// Where a lane is read next, also one that is not read before it is restored.
    private func nextOffset(of lane: Lane) -> Int64? {
        catchUp.position(of: lane) ?? starts[lane]?.lowerBound
    }

    /// How far behind its oldest record a lane goes on. Where the oldest are deleted faster than
    /// they can be asked for, nothing would ever be read; so each time that nothing was, half of
    /// what is left is passed over as well.
    private func headroom(
        of lane: Lane,
        at position: Int64,
        within bounds: Range<Int64>
    ) -> Int64 {
        let left = bounds.upperBound - bounds.lowerBound
        return left - left >> min(tries(of: lane, at: position), 62)
    }

    /// How often a lane went on without anything read since.
    private func tries(of lane: Lane, at position: Int64) -> Int {
        freshStarts[lane].map { $0.offset == position ? $0.tries : 0 } ?? 0
    }

    /// Takes in where a lane goes on.
    private func goOn(_ lane: Lane, at start: Int64) {
        if let old = starts[lane] { starts[lane] = start..<max(start, old.upperBound) }
        guard let position = catchUp.position(of: lane), position < start else { return }
        freshStarts[lane] = (start, tries(of: lane, at: position) + 1)
        catchUp.advance(lane, to: start)
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
