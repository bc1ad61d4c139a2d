import Testing

@testable import RedisAdapter
