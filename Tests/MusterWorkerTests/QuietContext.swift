// What a part of a worker is tested in, where nobody listens to the rest.

import Logging
import MusterEngine
import MusterModel

@testable import MusterWorker

extension WorkerContext {
    /// A context without policies, log and observer; time stands still unless a clock is given.
    static func quiet(
        _ settings: Settings = Settings(),
        clock: SimulatedClock? = nil
    ) -> WorkerContext {
        let health = Health()
        return WorkerContext(
            settings: settings,
            baseline: Baseline(),
            logger: Logger(label: "quiet") { _ in SwiftLogNoOpLogHandler() },
            health: health,
            metrics: WorkerMetrics(topics: settings.topics, health: health),
            observer: nil,
            now: { clock?.now ?? .zero },
            elapsed: { .milliseconds(clock?.now.milliseconds ?? 0) },
            pause: { clock?.advance(by: $0) }
        )
    }
}
