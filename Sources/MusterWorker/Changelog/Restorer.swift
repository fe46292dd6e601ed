// Bringing domains back: a partition of the changelog is read to its end, and every domain in it
// is put together from what is said of it.

internal import Logging
internal import MusterEngine
internal import MusterKafka
internal import MusterModel

/// Domains of a partition as the changelog tells of them, for one assignment.
struct Restoration: Sendable {
    var partition: Int32
    var epoch: Int
    var outcome: Result<[Domain], WorkerError>
    /// Entries that were read.
    var entries = 0
}

/// Restores partitions; the results go to the mailbox.
protocol Restorer: AnyObject {
    /// Begins to restore a partition for an assignment; those that were begun before come first.
    func begin(_ partition: Int32, epoch: Int)
}

/// How a partition of the changelog can be read.
protocol Changelog {
    /// Reads a partition from its beginning to its end, aborted records left out.
    ///
    /// `isCancelled` is asked once in a while whether to give up. `body` is called with each
    /// record, in order, and with where reading stands and will end.
    ///
    /// - Throws: `.restoreStuck` where the end cannot be reached, and what `body` throws.
    func read(
        _ partition: Int32,
        isCancelled: () -> Bool,
        _ body: (_ key: [UInt8], _ value: [UInt8]?, _ progress: Range<Int64>) throws(WorkerError)
            -> Void
    ) throws(WorkerError)
}

extension Changelog {
    /// Restores a partition's domains, in order of name.
    func restore(
        _ partition: Int32,
        epoch: Int,
        context: WorkerContext,
        isCancelled: () -> Bool
    ) -> Restoration {
        var restoration = Restoration(partition: partition, epoch: epoch, outcome: .success([]))
        var domains: [DomainID: DomainRestoration] = [:]
        do throws(WorkerError) {
            try read(partition, isCancelled: isCancelled) {
                (key, value, progress) throws(WorkerError) in
                restoration.entries += 1
                if restoration.entries % Self.progressStep == 0 {
                    tell(progress, of: partition, context)
                }
                guard let id = StateEntry.domain(ofKey: key) else {
                    throw .foreignChangelog(topic: context.settings.topics.state, partition)
                }
                do throws(StateError) {
                    try domains[
                        id,
                        default: DomainRestoration(
                            id,
                            baseline: context.baseline,
                            options: context.settings.options,
                            zones: .system
                        )
                    ].apply(key: key, value: value)
                } catch {
                    throw .state(error)
                }
            }
            context.metrics.restored(
                entries: restoration.entries % Self.progressStep,
                remaining: 0
            )
            let mayBeTorn = context.settings.guarantee == .atLeastOnce
            restoration.outcome = .success(try Self.finish(domains, mayBeTorn))
        } catch {
            restoration.outcome = .failure(error)
        }
        return restoration
    }

    /// How many entries are read between two signs of life.
    private static var progressStep: Int { 10_000 }

    private func tell(
        _ progress: Range<Int64>,
        of partition: Int32,
        _ context: WorkerContext
    ) {
        context.health.restoring(
            entries: Int(progress.lowerBound),
            remaining: progress.count
        )
        context.metrics.restored(entries: Self.progressStep, remaining: progress.count)
        // A line for each tenth, and not for each step.
        let share = progress.lowerBound * 10 / max(1, progress.upperBound)
        let before =
            (progress.lowerBound - Int64(Self.progressStep)) * 10 / max(1, progress.upperBound)
        guard share != before else { return }
        context.logger.info(
            "restoring",
            metadata: ["partition": "\(partition)", "percent": "\(share * 10)"]
        )
    }

    private static func finish(
        _ restorations: [DomainID: DomainRestoration],
        _ mayBeTorn: Bool
    ) throws(WorkerError) -> [Domain] {
        var rest = restorations
        var domains: [Domain] = []
        for id in restorations.keys.sorted() {
            // Taken out, so that what was decoded is not held twice.
            guard let restoration = rest.removeValue(forKey: id), !restoration.isEmpty
            else { continue }
            do throws(StateError) {
                domains.append(try restoration.finish(mayBeTorn: mayBeTorn))
            } catch {
                throw .state(error)
            }
        }
        return domains
    }
}
