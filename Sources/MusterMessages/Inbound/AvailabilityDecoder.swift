// From the bytes of an availability event to reports, in one pass. Every event of an estate comes
// through here, so nothing is made that is not kept: no tree, no keys, no intermediate strings.

public import MusterModel

/// Decodes availability events.
///
/// Where a key stands twice in an object, its first value counts and the other is only checked to
/// be JSON, as in Foundation's decoder. `null` stands for an absent optional field.
public struct AvailabilityDecoder: Sendable {
    /// The fields of an event, as users write them.
    public static var fields: [String] { AvailabilityField.allCases.map(\.name) }

    /// Makes a decoder; it has no state.
    public init() {}

    /// Decodes one event.
    ///
    /// - Parameters:
    ///   - bytes: A buffer that holds the event's JSON.
    ///   - range: Where it stands in the buffer; the whole of it by default.
    ///   - timestamp: When resources that do not say `observedAt` were observed.
    /// - Returns: The reports in the order written, each field with the contract's default.
    /// - Throws: The first thing that is wrong with it.
    /// - Complexity: O(bytes).
    public func decode(
        _ bytes: [UInt8],
        in range: Range<Int>? = nil,
        timestamp: Instant
    ) throws(DecodingFailure) -> AvailabilityEvent {
        var parser = AvailabilityParser(bytes, in: range ?? bytes.indices, timestamp: timestamp)
        do throws(Flaw) {
            return try parser.event()
        } catch {
            throw DecodingFailure(error, in: bytes, path: parser.place.pointer(in: parser.json))
        }
    }
}

/// Where a parser is, kept as numbers; the text is made only for a failure.
struct AvailabilityPlace {
    var element: Int?
    var field: AvailabilityField?
    var item: Int?
    var entry: JSONScanner.Text?

    func pointer(in json: JSONScanner) -> String {
        var path = ""
        if let element { path += "/resources/\(element)" }
        if let field { path += "/\(field.name)" }
        if let item { path += "/\(item)" }
        if let entry { path += "/\(pointerToken(json.string(entry)))" }
        return path
    }
}

/// One report while its fields arrive, in any order.
struct AvailabilityDraft {
    var resource: Resource
    var isRemoved = false
    var hasResource = false
    var domain: JSONScanner.Text?
    /// The fields that were there, so that the first of equal keys counts.
    var seen: UInt32 = 0

    @inline(__always)
    init(timestamp: Instant) {
        resource = Resource(id: ResourceID(""), observedAt: timestamp)
    }

    consuming func report() -> Report {
        isRemoved ? .removed(resource.id) : .observed(resource)
    }
}

/// Parses one event.
struct AvailabilityParser {
    var json: JSONScanner
    var place = AvailabilityPlace()
    private let start: Int
    let timestamp: Instant
    private var reports: [Report] = []
    private var hasList = false
    /// The domain that elements of the list name, and where.
    private var elementDomain: (name: String, element: Int, offset: Int)?

    init(_ bytes: [UInt8], in range: Range<Int>, timestamp: Instant) {
        json = JSONScanner(bytes, in: range)
        start = range.lowerBound
        self.timestamp = timestamp
    }

    mutating func event() throws(Flaw) -> AvailabilityEvent {
        var draft = AvailabilityDraft(timestamp: timestamp)
        try fields(of: &draft)
        try json.expectEnd()
        if hasList {
            guard !draft.hasResource, !draft.isRemoved else { throw Flaw(.bothForms, at: start) }
        } else {
            guard draft.hasResource else { throw Flaw(.missingResource, at: start) }
        }
        let domain = draft.domain.map { json.string($0) }
        if let elementDomain, let domain, !isSame(elementDomain.name, domain) {
            place.element = elementDomain.element
            place.field = .domain
            throw Flaw(.domainsDiffer, at: elementDomain.offset)
        }
        if !hasList { reports = [(consume draft).report()] }
        return AvailabilityEvent(
            domain: (domain ?? elementDomain?.name).map(DomainID.init),
            reports: reports
        )
    }

    /// The members of the object at the index.
    private mutating func fields(of draft: inout AvailabilityDraft) throws(Flaw) {
        guard try json.enterObject(or: .notObject) else { return }
        repeat {
            let key = try json.key()
            guard let field = AvailabilityField(key, in: json), draft.seen & field.bit == 0 else {
                try json.skipValue()
                continue
            }
            draft.seen |= field.bit
            place.field = field
            if try !json.takeNull() { try value(of: field, &draft) }
            place.field = nil
        } while try json.nextMember()
    }

    private mutating func value(
        of field: AvailabilityField,
        _ draft: inout AvailabilityDraft
    ) throws(Flaw) {
        switch field {
        case .domain: draft.domain = try domain()
        case .resource:
            draft.resource.id = ResourceID(try name())
            draft.hasResource = true
        case .resources:
            // Inside an element it is an unknown field like any other.
            if place.element == nil { try list() } else { try json.skipValue() }
        case .removed: draft.isRemoved = try json.bool(or: .notBool)
        case .kind: draft.resource.kind = try string()
        case .available: draft.resource.isAvailable = try json.bool(or: .notBool)
        case .state: draft.resource.state = try state()
        case .node: draft.resource.node = ResourceID(try name())
        case .cluster: draft.resource.cluster = try string()
        case .serviceGroup: draft.resource.serviceGroup = try string()
        case .applications: draft.resource.applications = try applications()
        case .labels: draft.resource.labels = try labels()
        case .capacity: draft.resource.capacity = try capacity()
        case .observedAt: draft.resource.observedAt = try instant()
        case .sequence: draft.resource.sequence = try amount()
        case .ttl: draft.resource.ttl = try duration()
        }
    }

    /// The elements of `resources`.
    private mutating func list() throws(Flaw) {
        hasList = true
        guard try json.enterArray(or: .notArray) else { return }
        repeat {
            let offset = json.peekOffset()
            place = AvailabilityPlace(element: reports.count)
            guard reports.count < AvailabilityLimits.resources else {
                throw Flaw(.tooManyResources, at: offset)
            }
            var draft = AvailabilityDraft(timestamp: timestamp)
            try fields(of: &draft)
            guard draft.hasResource else { throw Flaw(.missingResource, at: offset) }
            if let domain = draft.domain { try note(domain) }
            reports.append((consume draft).report())
        } while try json.nextElement()
        place = AvailabilityPlace(field: .resources)
    }

    /// All elements that name a domain must name the same.
    private mutating func note(_ domain: JSONScanner.Text) throws(Flaw) {
        let name = json.string(domain)
        if let elementDomain, !isSame(elementDomain.name, name) {
            place.field = .domain
            throw Flaw(.domainsDiffer, at: domain.start)
        }
        if elementDomain == nil { elementDomain = (name, reports.count, domain.start) }
    }
}

/// Whether two names are the same bytes; strings that merely look alike are equal in Swift.
func isSame(_ a: String, _ b: String) -> Bool { a.utf8.elementsEqual(b.utf8) }
