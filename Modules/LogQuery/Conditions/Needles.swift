import LogModel

/// The texts that a filter looks for in any case, each made ready once for all who look.
///
/// What is made ready takes many times the memory of the text.
final class Needles: Sendable {
    /// The filter's text; `nil` when there is none.
    let text: TextNeedle?
    /// Those of its conditions, in their order; `nil` for a condition that looks for none.
    let parts: [TextNeedle?]

    /// Makes a filter's texts ready.
    init(_ filter: LogFilter) {
        text = filter.text.flatMap { $0.isEmpty ? nil : TextNeedle($0) }
        parts = filter.conditions.map { condition in
            if case .contains(let part) = condition.test { TextNeedle(part) } else { nil }
        }
    }
}

/// What was made ready for a filter; it is no part of what the filter asks for, so all are equal.
struct ReadyNeedles: Sendable, Hashable {
    var needles: Needles?

    static func == (left: ReadyNeedles, right: ReadyNeedles) -> Bool { true }
    func hash(into hasher: inout Hasher) {}
}
