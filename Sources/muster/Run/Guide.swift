// What a person needs who has just started a worker on its own broker: the address, and lines to
// paste into another terminal.

import MusterWorker

/// How to feed a worker.
struct Guide {
    let settings: Settings
    let address: String

    /// Prints the address on its own line first, for scripts, then what to do with it.
    func write() {
        let topics = settings.topics
        let kcat = "kcat -b \(address)"
        let partitioner = "-X partitioner=murmur2_random"
        Terminal.output.write(
            """
            broker \(address)

            In another terminal, watch what is decided:
              \(kcat) -C -u -q -t \(topics.implementationCommands)
              \(kcat) -C -u -q -t \(topics.notifications)
            and feed it, with the domain as the key:
              echo 'demo:{"domain":"demo","resource":"vm-1","state":"offline"}' | \\
                \(kcat) -P -K: \(partitioner) -t \(topics.resourceAvailability)
              echo 'demo:{"apiVersion":"muster/v1","kind":"Policy","name":"one-up",\
            "require":{"count":{"kind":"vm"},"atLeast":1}}' | \\
                \(kcat) -P -K: \(partitioner) -t \(topics.desiredConfig)

            """
        )
    }
}
