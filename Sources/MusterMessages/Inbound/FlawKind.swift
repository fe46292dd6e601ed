// Every way in which an event's text can be wrong, in one table, so that the words stay alike and
// the codes, which go into headers and dashboards, stay stable.

/// A way in which a text can be wrong.
enum FlawKind: UInt8 {
    case unexpectedEnd, trailingBytes, expectedValue, expectedKey, expectedColon
    case expectedCommaOrBrace, expectedCommaOrBracket, controlCharacter, unknownEscape
    case loneSurrogate, badNumber, notUTF8, tooDeep
    case notObject, notArray, notString, notStrings, notBool, notInteger, notWhole
    case numberOutOfRange, negative, unknownState, badTimestamp, badDuration, badIdentifier
    case stringTooLong, tooManyLabels, tooManyCapacities, tooManyApplications, tooManyResources
    case missingResource, bothForms, domainsDiffer, badDomain

    /// The stable word for it.
    var code: DecodingFailure.Code {
        switch self {
        case .unexpectedEnd, .trailingBytes, .expectedValue, .expectedKey, .expectedColon,
            .expectedCommaOrBrace, .expectedCommaOrBracket, .controlCharacter, .unknownEscape,
            .loneSurrogate, .badNumber, .tooDeep:
            .invalidJSON
        case .notUTF8: .invalidUTF8
        case .notObject, .notArray, .notString, .notStrings, .notBool, .notInteger: .wrongType
        case .notWhole, .numberOutOfRange, .negative, .unknownState, .badTimestamp, .badDuration,
            .badIdentifier, .bothForms:
            .invalidValue
        case .stringTooLong, .tooManyLabels, .tooManyCapacities, .tooManyApplications,
            .tooManyResources:
            .tooLarge
        case .missingResource: .missingField
        case .domainsDiffer: .domainMismatch
        case .badDomain: .invalidDomain
        }
    }

    /// What is wrong, and what would be right.
    var words: (reason: String, help: String) {
        switch self {
        case .unexpectedEnd: ("the text ends early", "send the whole JSON text")
        case .trailingBytes:
            ("something follows the JSON value", "send one JSON value in each record")
        case .expectedValue:
            ("this is no JSON value", "write a string, number, object, array, true, false or null")
        case .expectedKey:
            ("this is no key", "write a key in double quotes, and no comma before `}`")
        case .expectedColon: ("there is no `:` behind the key", "write `:` between key and value")
        case .expectedCommaOrBrace:
            ("neither `,` nor `}` follows the value", "separate members by `,` and end with `}`")
        case .expectedCommaOrBracket:
            ("neither `,` nor `]` follows the value", "separate elements by `,` and end with `]`")
        case .controlCharacter:
            ("a string holds a bare control character", "write it as an escape, such as `\\n`")
        case .unknownEscape:
            (
                "this is no escape of JSON",
                "use `\\\"`, `\\\\`, `\\/`, `\\b`, `\\f`, `\\n`, `\\r`, `\\t` or `\\uXXXX`"
            )
        case .loneSurrogate:
            ("half of a surrogate pair stands alone", "write both halves, or the character itself")
        case .badNumber:
            ("this is no JSON number", "write digits without leading zero or plus sign")
        case .notUTF8: ("these bytes are not UTF-8", "encode the value as UTF-8")
        case .tooDeep: ("the nesting is deeper than 512", "nest less deeply")
        case .notObject: ("this is not an object", "write `{…}`")
        case .notArray: ("this is not an array", "write `[…]`")
        case .notString: ("this is not a string", "put it in double quotes")
        case .notStrings: ("this is not an array of strings", "write `[\"a\", \"b\"]`")
        case .notBool: ("this is not a boolean", "write `true` or `false`, without quotes")
        case .notInteger: ("this is not a number", "write a whole number, without quotes")
        case .notWhole: ("this is not a whole number", "write a whole number")
        case .numberOutOfRange:
            ("this number is too large", "write a whole number of at most 9223372036854775807")
        case .negative: ("this number is negative", "write a whole number of at least 0")
        case .unknownState:
            (
                "this is no state",
                "use `online`, `offline`, `starting`, `stopping`, `faulted` or `unknown`"
            )
        case .badTimestamp:
            ("this is no RFC 3339 date and time", "write it like `2026-11-23T12:00:00Z`")
        case .badDuration: ("this is no duration", "write it like `500ms`, `30s` or `5m`")
        case .badIdentifier:
            ("this is no name of a resource", "use 1 to 253 bytes, or leave an optional one out")
        case .stringTooLong: ("this string is too long", "use at most 65536 bytes")
        case .tooManyLabels: ("there are too many labels", "use at most 256")
        case .tooManyCapacities: ("there are too many capacities", "use at most 256")
        case .tooManyApplications: ("there are too many applications", "use at most 256")
        case .tooManyResources: ("there are too many resources", "put at most 100000 into a record")
        case .missingResource:
            ("`resource` is missing", "name the resource, or give several in `resources`")
        case .bothForms:
            (
                "`resources` stands beside `resource` or `removed`",
                "write either one report or a list of reports"
            )
        case .domainsDiffer:
            (
                "this domain is not the record's",
                "key a record by its domain, and leave `domain` out"
            )
        case .badDomain: ("this is no name of a domain", "use 1 to 253 bytes")
        }
    }
}
