// Where planted mistakes take effect.

import MusterEngine
import MusterModel

extension World {
    /// Whether a mistake is to be made now: each `rate`th time that it could be.
    func mutates(_ kind: Mutation, every rate: Int) -> Bool {
        guard mutation == kind else { return false }
        opportunities += 1
        return opportunities % rate == 0
    }

    /// What a worker publishes of a decision.
    func mutated(_ directives: [Directive], _ tenant: Tenant) -> [Directive] {
        switch mutation {
        case .skipResolution:
            return directives.filter { directive in
                guard case .notify(let notice) = directive else { return true }
                return notice.status != .resolved || !mutates(.skipResolution, every: 1)
            }
        case .repeatCommand:
            return directives.flatMap { directive in
                guard case .send = directive, mutates(.repeatCommand, every: 5) else {
                    return [directive]
                }
                return [directive, directive]
            }
        case .muteResource:
            return directives.filter { directive in
                guard case .send(let command) = directive else { return true }
                return command.resource.name != "r3"
            }
        case .strayCommand: return directives.map { strayed($0, tenant) }
        case .hastyCommand: return directives + hasty(directives, tenant)
        case .heldCommand: return directives + held(tenant)
        default: return directives
        }
    }

    /// A command for something that is held back.
    private func held(_ tenant: Tenant) -> [Directive] {
        guard
            let change = tenant.domain.heldBack.flatMap(\.changes).min(by: { $0.key < $1.key }),
            let holding = tenant.domain.holdings.first(where: { $0.report.id == change.key })
        else { return [] }
        return [
            .send(
                Command(
                    id: "held",
                    domain: tenant.domain.id,
                    plan: 1,
                    stage: 1,
                    resource: change.key,
                    node: holding.report.node,
                    kind: holding.report.kind,
                    action: change.value == .online ? .start : .stop,
                    attempt: 1,
                    deadline: tenant.book.latest + .seconds(60),
                    policies: [],
                    cause: "a mistake"
                )
            )
        ]
    }

    private func strayed(_ directive: Directive, _ tenant: Tenant) -> Directive {
        guard case .send(var command) = directive,
            let other = tenant.domain.holdings.first(where: { $0.placement == nil })
        else { return directive }
        command.resource = other.report.id
        return .send(command)
    }

    /// The first command of the stage after the one whose commands are sent.
    private func hasty(_ directives: [Directive], _ tenant: Tenant) -> [Directive] {
        for case .send(var command) in directives where command.attempt == 1 {
            guard
                let change = tenant.domain.summary.changes.first(where: {
                    $0.stage > command.stage && command.plan > 0
                })
            else { continue }
            command.resource = change.resource
            command.stage = change.stage
            command.action = change.target == .online ? .start : .stop
            command.id += "/hasty"
            return [.send(command)]
        }
        return []
    }
}
