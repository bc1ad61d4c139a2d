/// A piece of a list: pages are numbered from 0 and hold at most 1000 items.
struct Page: Sendable {
    let number: Int64
    let size: Int64

    /// Reads `page` and `pageSize`.
    init(_ fields: inout BodyFields) {
        number = fields.integer("page", in: 0...1_000_000_000) ?? 0
        size = fields.integer("pageSize", in: 1...1000) ?? 1000
    }

    /// How many items come before it.
    var offset: Int64 { number * size }
}
