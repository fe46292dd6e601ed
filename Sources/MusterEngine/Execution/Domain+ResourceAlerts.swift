// Alerts about single resources: silent ones, and those that do not obey. Each fires once, and
// resolves once: when the resource is used again, or gone.

import MusterModel

extension Domain {
    /// The fingerprint of an alert about a resource.
    func fingerprint(_ kind: Notice.Kind, of resource: ResourceID) -> String {
        "\(id)/\(resource)/\(kind.rawValue)"
    }

    /// The resource that an alert is about; `nil` for an alert about something else.
    func subject(of alert: Notice) -> ResourceID? {
        guard alert.kind.isAboutResource else { return nil }
        let name = alert.fingerprint.utf8.dropFirst(id.name.utf8.count + 1)
            .dropLast(alert.kind.rawValue.utf8.count + 1)
        return ResourceID(String(decoding: Array(name), as: UTF8.self))
    }

    /// Fires and resolves the alerts about resources that this turn touched.
    mutating func alertResources(_ turn: inout Turn) {
        let inventory = situation.inventory
        let isAnyOpen = !alerts.ofResources.isEmpty
        let suspects = turn.touched.filter { isAnyOpen || inventory.isMarkedStale($0) }
        for slot in inventory.ordered(suspects) {
            let resource = inventory[slot]
            if inventory.isMarkedStale(slot) {
                fireStaleness(resource, &turn)
            } else {
                resolve(
                    fingerprint(.resourceStale, of: resource.id),
                    summary: "\(resource.id) reports again",
                    &turn
                )
            }
            if !inventory.isInQuarantine(slot) {
                let reason = turn.releases[slot] ?? "its quarantine is over"
                resolve(
                    fingerprint(.commandFailed, of: resource.id),
                    summary: "\(resource.id) may be used again: \(reason)",
                    &turn
                )
            }
        }
        let gone =
            turn.isWhole
            ? alerts.ofResources.sorted().compactMap { alerts.open[$0] }.compactMap(subject)
            : turn.removed
        for resource in gone where inventory.slots[resource] == nil {
            for kind in [Notice.Kind.commandFailed, .resourceStale] {
                let fingerprint = fingerprint(kind, of: resource)
                resolve(fingerprint, summary: "\(resource) was removed", &turn)
            }
        }
    }

    private mutating func fireStaleness(_ resource: Resource, _ turn: inout Turn) {
        fire(
            .resourceStale,
            .warning,
            resource.id,
            "\(resource.id) has not reported for \(resource.ttl?.text ?? "too long"); "
                + "it is not used until it does",
            &turn
        )
    }

    /// Says that a resource does not obey.
    mutating func fireFailure(
        _ resource: ResourceID,
        _ reason: String,
        until end: Instant,
        _ turn: inout Turn
    ) {
        fire(
            .commandFailed,
            .error,
            resource,
            "\(reason); it is left alone until \(end.rfc3339)",
            changed: [.init(subject: resource.name, from: "commanded", to: "quarantined")],
            &turn
        )
    }

    private mutating func fire(
        _ kind: Notice.Kind,
        _ severity: Severity,
        _ resource: ResourceID,
        _ summary: String,
        changed: [Notice.Change] = [],
        _ turn: inout Turn
    ) {
        let fingerprint = fingerprint(kind, of: resource)
        guard alerts.open[fingerprint] == nil else { return }
        let notice = Notice(
            id: nextNoticeID(kind),
            domain: id,
            kind: kind,
            severity: severity,
            status: .firing,
            fingerprint: fingerprint,
            summary: summary,
            startsAt: turn.now,
            changed: changed
        )
        alerts.fire(notice)
        turn.directives.append(.notify(notice))
    }
}

extension Notice.Kind {
    /// Whether its alerts are about one resource each.
    var isAboutResource: Bool { self == .resourceStale || self == .commandFailed }
}
