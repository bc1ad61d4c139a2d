public import LogModel

/// Names somebody who follows committed records with positions of their own.
public struct FollowerName: Sendable, Hashable, CustomStringConvertible {
    /// The name; stores keep it, so it never changes its meaning.
    public let text: String

    /// Takes a name.
    public init(_ text: String) { self.text = text }

    /// Who keeps the field catalogue.
    public static let fieldIndex = FollowerName("field-index")

    /// The name.
    public var description: String { text }
}

/// Why a store could not do what maintenance asked for; nothing of the call was applied.
public struct MaintenanceStoreError: StoreFault, CustomStringConvertible {
    /// What the store said, for operators.
    public let detail: String
    /// What keeps the store from doing it, if it is known.
    public let condition: StoreCondition?
    /// Whether the same call may succeed later.
    public let mayPass: Bool

    /// Makes an error.
    public init(detail: String, condition: StoreCondition? = nil, mayPass: Bool = true) {
        self.detail = detail
        self.condition = condition
        self.mayPass = mayPass
    }

    /// Kind and detail, as other errors of stores have them.
    public var description: String { "\(mayPass ? "unavailable" : "broken"): \(detail)" }
}
