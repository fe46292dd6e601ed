// Records that the brokers deleted before they were read: a topic's retention was shorter than the
// worker was away or busy. They are lost, and no rollback brings them back. So reading goes on with
// the oldest record that is left, on the state at hand, and whoever watches is told of the loss.

internal import Logging
internal import MusterKafka
internal import MusterMessages

extension WorkerLoop {
    /// How long the brokers are left alone after they did not say where lanes begin.
    private static var retryInterval: Duration { .seconds(1) }

    /// Has all lanes read on from where they stand if the brokers had nothing at the next offset of
    /// some, which go on with their oldest record. Tried again later where the brokers do not
    /// answer. Only when nothing is published that is not committed: no transaction is to wait for
    /// what is asked here.
    func readOnIfLost() throws(WorkerError) {
        guard !lostOffsets.isEmpty, !isUnprepared, !isAborting, !outbox.isDirty,
            context.elapsed() >= nextLook
        else { return }
        // Whoever has lost its assignment is about to hear of it.
        guard !connection.hasLostAssignment else { return }
        do throws(KafkaError) {
            var positions: [Lane: Int64] = [:]
            for lane in assigned { positions[lane] = nextOffset(of: lane) }
            // An offset before that was asked for in vain before the lane was assigned anew. Still
            // librdkafka may read nothing of the lane any more, so it is assigned again as well.
            let gone = lostOffsets.filter { $1 >= positions[$0] ?? .max }
            var missed: [Lane: Int64] = [:]
            for (lane, bounds) in try connection.bounds(of: Set(gone.keys)) {
                guard let position = positions[lane] else { continue }
                var start = try start(of: lane, from: position, within: bounds)
                if start > position { start += headroom(of: lane, at: position, within: bounds) }
                positions[lane] = start
                missed[lane] = start - position
            }
            let paused = assigned.filter { inFlight[$0.partition] == nil }
            try connection.assign(positions, paused: paused)
            lostOffsets = [:]
            brake.reset(paused: paused)
            passOver(missed.filter { $0.value > 0 })
            context.observe(.readOn(missed: Int(missed.values.reduce(0, +))))
        } catch {
            if error.isFatal { throw WorkerError(fatal: error) }
            if error.code == .offsetOutOfRange { return try rollBack(because: error) }
            nextLook = context.elapsed() + Self.retryInterval
            logger.warning("asking for offsets failed", metadata: ["reason": "\(error)"])
        }
    }

    /// Where a lane is read next, also one that is not read before it is restored.
    private func nextOffset(of lane: Lane) -> Int64? {
        catchUp.position(of: lane) ?? starts[lane]?.lowerBound
    }

    /// Takes in by how much lanes go on behind where they stood.
    private func passOver(_ missed: [Lane: Int64]) {
        note(missed: missed)
        var positions: [Int32: [Lane: Int64]] = [:]
        for (lane, records) in missed {
            if let start = starts[lane] {
                let next = start.lowerBound + records
                starts[lane] = next..<max(next, start.upperBound)
            }
            guard let position = catchUp.position(of: lane) else { continue }
            freshStarts[lane] = (position + records, tries(of: lane, at: position) + 1)
            catchUp.advance(lane, to: position + records)
            positions[lane.partition, default: [:]][lane] = position + records
        }
        for (partition, positions) in positions { runner.give(partition, .passedOver(positions)) }
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
                "\(settings.topics.name(of: lane.topic))[\(lane.partition)] was read up to "
                    + "\(start) by the group \(settings.group), but ends at \(bounds.upperBound): "
                    + "records were lost, or the topic was made anew; with new topics, give the "
                    + "worker a new group"
            )
        }
        return start
    }

    /// Tells how many records were passed over.
    func note(missed: [Lane: Int64]) {
        for (lane, records) in missed where records > 0 {
            logger.error(
                """
                records were passed over, as they were deleted before they were read; lengthen the \
                topic's retention
                """,
                metadata: [
                    "topic": "\(settings.topics.name(of: lane.topic))",
                    "partition": "\(lane.partition)", "records": "\(records)",
                ]
            )
            context.metrics.missed(Int(records), from: lane.topic)
        }
    }
}
