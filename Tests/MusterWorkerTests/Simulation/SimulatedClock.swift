// The time of a simulation: it passes when it is told to.

import MusterModel
import Synchronization

/// A clock that is set by hand.
final class SimulatedClock: Sendable {
    private let time = Mutex(Instant(milliseconds: 1_700_000_000_000))

    var now: Instant { time.withLock { $0 } }

    func advance(by duration: Duration) { time.withLock { $0 = $0 + duration } }
}
