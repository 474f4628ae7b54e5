"""Signing in; users, virtual hosts, permissions."""

from api import ask, escaped, get, status
from cases import equal, unique

SUITE = "management access"
ALL = {"configure": ".*", "write": ".*", "read": ".*"}
NOT_FOUND = {"error": "Object Not Found", "reason": "Not Found"}


def made_user(tags="management"):
    name = unique("user")
    equal(status("PUT", escaped("users", name), {"password": "secret", "tags": tags}), 201)
    return name


def made_vhost():
    name = unique("vhost")
    equal(status("PUT", escaped("vhosts", name)), 201)
    return name


def test_who_does_not_sign_in_is_asked_to(_):
    code, _, headers = ask("GET", "/api/whoami", user=None)
    equal(code, 401)
    assert headers["WWW-Authenticate"].startswith("Basic realm="), headers
    for user in ("guest:wrong", "nobody:guest"):
        code, answer, _ = ask("GET", "/api/whoami", user=user)
        equal((code, answer["error"]), (401, "not_authorized"))
    who = get("/api/whoami")
    equal((who["name"], who["tags"]), ("guest", ["administrator"]))


def test_a_user_is_made_changed_and_deleted(_):
    name = made_user("management, odd")
    user = get(escaped("users", name))
    equal((user["name"], user["tags"]), (name, ["management", "odd"]))
    equal(user["hashing_algorithm"], "rabbit_password_hashing_sha256")
    equal(get("/api/whoami", user=f"{name}:secret")["name"], name)
    equal(status("PUT", escaped("users", name), {"password": "other", "tags": "management"}), 204)
    equal(status("GET", "/api/whoami", user=f"{name}:secret"), 401)
    equal(status("GET", "/api/whoami", user=f"{name}:other"), 200)
    assert name in [one["name"] for one in get("/api/users")]
    equal(status("DELETE", escaped("users", name)), 204)
    equal(ask("DELETE", escaped("users", name))[:2], (404, NOT_FOUND))
    equal(ask("GET", escaped("users", name))[:2], (404, NOT_FOUND))


def test_a_password_hash_is_taken_over(_):
    hashed = get(escaped("users", made_user()))["password_hash"]
    name = unique("hashed")
    equal(status("PUT", escaped("users", name), {"password_hash": hashed, "tags": ["management"]}), 201)
    equal(status("GET", "/api/whoami", user=f"{name}:secret"), 200)
    equal(status("PUT", escaped("users", name), {"tags": ["management"]}), 204)
    equal(status("GET", "/api/whoami", user=f"{name}:secret"), 401)


def test_a_user_that_cannot_be_is_refused_with_the_reason(_):
    path = escaped("users", unique("bad"))

    def reason(body):
        code, answer, _ = ask("PUT", path, body)
        equal((code, answer["error"]), (400, "bad_request"))
        return answer["reason"]

    equal(reason({"password": "a"}), "tags_not_present")
    equal(reason(""), "tags_not_present")
    equal(reason("{bad"), "not_json")
    equal(reason("[1]"), "not_json")
    equal(reason({"password": "a", "password_hash": "b", "tags": ""}), "both_password_and_password_hash_are_provided")
    equal(status("GET", path), 404)


def test_tags_decide_what_may_be_asked(_):
    plain, manager, monitor = made_user(""), made_user(), made_user("monitoring")
    vhost = made_vhost()
    equal(status("GET", "/api/whoami", user=f"{plain}:secret"), 401)
    code, answer, _ = ask("GET", "/api/users", user=f"{manager}:secret")
    equal((code, answer), (401, {"error": "not_authorised", "reason": "Not administrator user"}))
    equal(status("PUT", escaped("vhosts", "x"), user=f"{monitor}:secret"), 401)
    code, answer, _ = ask("GET", escaped("queues", vhost), user=f"{manager}:secret")
    equal((code, answer["reason"]), (401, "User not authorised to access virtual host"))
    equal(status("GET", escaped("queues", vhost), user=f"{monitor}:secret"), 401)
    assert vhost in [one["name"] for one in get("/api/vhosts", user=f"{monitor}:secret")]
    equal(get("/api/vhosts", user=f"{manager}:secret"), [])


def test_a_permission_is_set_asked_for_and_cleared(_):
    user, vhost = made_user(), made_vhost()
    path = escaped("permissions", vhost, user)
    equal(status("PUT", path, ALL), 201)
    equal(status("PUT", path, ALL), 204)
    equal(get(path), {"user": user, "vhost": vhost, **ALL})
    equal(get(escaped("users", user, "permissions")), [{"user": user, "vhost": vhost, **ALL}])
    assert user in [one["user"] for one in get(escaped("vhosts", vhost, "permissions"))]
    equal([one["name"] for one in get("/api/vhosts", user=f"{user}:secret")], [vhost])
    code, answer, _ = ask("PUT", path, {"configure": "", "write": ""})
    equal((code, answer), (400, {"error": "bad_request", "reason": "[{key_missing,read}]"}))
    for wrong in (escaped("permissions", unique("no"), user), escaped("permissions", vhost, unique("no"))):
        code, answer, _ = ask("PUT", wrong, ALL)
        equal((code, answer["reason"]), (400, "vhost_or_user_not_found"))
    equal(status("PUT", path, {**ALL, "read": "["}), 400)
    equal(status("DELETE", path), 204)
    equal(status("DELETE", path), 404)
    equal(status("GET", path), 404)


def test_a_permission_is_kept_to(_):
    user, vhost = made_user(), made_vhost()
    equal(status("PUT", escaped("permissions", vhost, user), {"configure": "^a", "write": "", "read": ""}), 201)
    equal(status("PUT", escaped("queues", vhost, "a"), {}, user=f"{user}:secret"), 201)
    code, answer, _ = ask("PUT", escaped("queues", vhost, "b"), {}, user=f"{user}:secret")
    equal((code, answer["error"]), (401, "not_authorised"))


def test_topic_permissions_are_by_exchange(_):
    user, vhost = made_user(), made_vhost()
    path = escaped("topic-permissions", vhost, user)
    rights = {"exchange": "amq.topic", "write": "^a", "read": "^b"}
    equal(status("PUT", path, rights), 201)
    equal(status("PUT", path, rights), 204)
    equal(get(path), [{"user": user, "vhost": vhost, **rights}])
    equal(get(escaped("users", user, "topic-permissions")), [{"user": user, "vhost": vhost, **rights}])
    equal(status("DELETE", path), 204)
    equal(status("GET", path), 404)


def test_a_virtual_host_is_made_and_goes_with_everything(_):
    name = unique("v /host")
    equal(status("PUT", escaped("vhosts", name)), 201)
    equal(status("PUT", escaped("vhosts", name)), 204)
    equal(get(escaped("vhosts", name))["name"], name)
    equal(get(escaped("permissions", name, "guest"))["configure"], ".*")  # who makes it may use it
    equal(status("PUT", escaped("queues", name, "q"), {}), 201)
    equal(status("DELETE", escaped("vhosts", name)), 204)
    equal(ask("DELETE", escaped("vhosts", name))[:2], (404, NOT_FOUND))
    equal(status("GET", escaped("queues", name)), 404)
    equal(ask("PUT", escaped("queues", name, "q"), {})[:2], (404, {"error": "not_found", "reason": "vhost_not_found"}))
    assert not [one for one in get("/api/permissions") if one["vhost"] == name]


def test_unknown_paths_and_methods_are_refused(_):
    equal(ask("GET", "/api/nothing")[:2], (404, NOT_FOUND))
    code, _, headers = ask("POST", "/api/whoami")
    equal(code, 405)
    assert "GET" in headers["Allow"], headers
