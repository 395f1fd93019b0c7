// SPDX-License-Identifier: Apache-2.0

import DICOM
import FoundationEssentials
import NIOCore

/// All routes, in the form in which they are looked up: the first that matches an instance counts.
struct RouteTable: Sendable {
    static let none = RouteTable(trusted: [])

    /// In their order in `ROUTES`.
    let routes: [Route]
    /// The positions of the routes that name a called AE title, by title, and of those that name none.
    private let byCalledAETitle: [String: [Int]]
    private let withoutCalledAETitle: [Int]

    private init(trusted routes: [Route]) {
        self.routes = routes
        var byTitle: [String: [Int]] = [:]
        for (position, route) in routes.enumerated() {
            for title in Set(route.calledAETitles) { byTitle[title, default: []].append(position) }
        }
        byCalledAETitle = byTitle
        withoutCalledAETitle = routes.indices.filter { routes[$0].calledAETitles.isEmpty }
    }

    /// Reads a JSON array of routes. An error names the route that is wrong.
    init(json bytes: [UInt8]) throws(RouteError) {
        guard bytes.count <= RouteLimits.maximumBytes else {
            throw RouteError("\(bytes.count) bytes, expected at most \(RouteLimits.maximumBytes)")
        }
        let routes: [Route]
        do {
            routes = try JSONDecoder().decode(Rows.self, from: Data(bytes)).routes
        } catch let error as RouteError {
            throw error
        } catch {
            throw RouteError(RouteError.text(of: error))
        }
        guard routes.count <= RouteLimits.maximumRoutes else {
            throw RouteError("\(routes.count) routes, expected at most \(RouteLimits.maximumRoutes)")
        }
        var names: Set<String> = []
        if let repeated = routes.map(\.name).first(where: { !names.insert($0).inserted }) {
            throw RouteError("route \"\(repeated)\": two routes have this name, expected a name of its own for each")
        }
        self.init(trusted: routes)
    }

    init(file path: String) throws(RouteError) {
        let bytes: [UInt8]
        do {
            bytes = try SettingFile.read(path, atMost: RouteLimits.maximumBytes)
        } catch {
            throw RouteError("the file cannot be used: \(error)")
        }
        try self.init(json: bytes)
    }

    var isEmpty: Bool { routes.isEmpty }

    /// Whether a route names the title, so that the receiver can be called by it.
    var hasCalledAETitles: Bool { !byCalledAETitle.isEmpty }

    func names(calledAETitle title: String) -> Bool { byCalledAETitle[title] != nil }

    /// A route that can never match, because one before it matches everything. `nil` if there is none.
    var unreachable: (route: Route, behind: Route)? {
        guard let first = routes.firstIndex(where: \.takesEverything), first + 1 < routes.count else { return nil }
        return (routes[first + 1], routes[first])
    }

    /// The routes that instances of an association can match. What is compared once for an association is not compared
    /// again for its instances.
    func routes(
        calledAETitle: String, callingAETitle: String, peer: SocketAddress?
    ) -> AssociationRoutes {
        guard !isEmpty else { return .none }
        let named = byCalledAETitle[calledAETitle] ?? []
        let positions = named.isEmpty ? withoutCalledAETitle : (named + withoutCalledAETitle).sorted()
        var candidates: [Route] = []
        for position in positions where routes[position].takesAssociation(from: callingAETitle, peer: peer) {
            candidates.append(routes[position])
            if routes[position].takesEveryInstance { break }
        }
        return AssociationRoutes(candidates)
    }
}

/// The array of routes. An error of one of them names it.
private struct Rows: Decodable {
    let routes: [Route]

    private struct Name: Decodable {
        let name: String
    }

    init(from decoder: any Decoder) throws {
        var names = try decoder.unkeyedContainer()
        var container = try decoder.unkeyedContainer()
        var routes: [Route] = []
        while !container.isAtEnd {
            let name = (try? names.decode(Name.self).name).map { "\"\($0)\"" } ?? "number \(routes.count + 1)"
            do {
                routes.append(try container.decode(Route.self))
            } catch {
                throw RouteError("route \(name): \(RouteError.text(of: error))")
            }
        }
        self.routes = routes
    }
}

/// Why `ROUTES` cannot be used: what was expected, and what was found.
struct RouteError: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }

    static func text(of error: any Error) -> String {
        guard let error = error as? DecodingError else { return "\(error)" }
        switch error {
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context),
            .keyNotFound(_, let context):
            let path = context.codingPath.filter { $0.intValue == nil }.map(\.stringValue)
            return (path + [context.debugDescription]).joined(separator: ": ")
        @unknown default: return "the JSON is not of the documented form"
        }
    }
}
