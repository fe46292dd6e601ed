// What every part of one worker shares. All of it may be used from any thread.

internal import Foundation
internal import Logging
internal import MusterEngine
internal import MusterModel
internal import MusterPolicy
internal import Synchronization

/// What every part of one worker shares.
struct WorkerContext: Sendable {
    let settings: Settings
    let baseline: Baseline
    let logger: Logger
    let counters = CounterBox()
    /// What probes ask for.
    let health: Health
    let metrics: WorkerMetrics
    let observer: (@Sendable (WorkerEvent) -> Void)?
    /// Tells the time of day.
    let now: @Sendable () -> Instant
    /// Tells the time since some beginning; unlike the time of day it never jumps.
    let elapsed: @Sendable () -> Duration
    /// Lets time pass.
    let pause: @Sendable (Duration) -> Void

    /// Tells the observer, if there is one.
    func observe(_ event: @autoclosure () -> WorkerEvent) {
        if let observer { observer(event()) }
    }

    /// The domains that the baseline names.
    var namedDomains: Set<DomainID> { Set(baseline.entries.compactMap(\.document.domain)) }

    /// Time since the process began to tell it.
    static let systemElapsed: @Sendable () -> Duration = {
        let start = ContinuousClock.now
        return { ContinuousClock.now - start }
    }()

    static let systemPause: @Sendable (Duration) -> Void = {
        Thread.sleep(forTimeInterval: Double($0.components.attoseconds) * 1e-18)
    }

    /// The system's clock.
    static let systemClock: @Sendable () -> Instant = {
        Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    }
}

/// Counters that several threads add to.
final class CounterBox: Sendable {
    private let counters = Mutex(Counters())

    var value: Counters { counters.withLock { $0 } }

    func add(_ body: (inout Counters) -> Void) { counters.withLock { body(&$0) } }
}

extension Instant {
    /// How long it is until `other`; negative when that is over.
    func distance(to other: Instant) -> Duration {
        .milliseconds(other.milliseconds - milliseconds)
    }
}
