-- How a person is on each node: a hash of node -> "state:end". Gives how they are over all nodes, before and after.
-- KEYS[1] the person. ARGV: now (ms), node, state ("o" online, "a" away, "" gone), end of the lease (ms).
-- With no node it only looks.
local now = tonumber(ARGV[1])
local function overall()
  local most = ''
  local last = 0
  local nodes = redis.call('HGETALL', KEYS[1])
  for i = 1, #nodes, 2 do
    local state, ends = string.match(nodes[i + 1], '^(%a):(%d+)$')
    ends = tonumber(ends)
    if ends <= now then
      redis.call('HDEL', KEYS[1], nodes[i])
    else
      if state == 'o' or most == '' then most = state end
      if ends > last then last = ends end
    end
  end
  return most, last
end
local before = overall()
if not ARGV[2] then return { before, before } end
if ARGV[3] == '' then
  redis.call('HDEL', KEYS[1], ARGV[2])
else
  redis.call('HSET', KEYS[1], ARGV[2], ARGV[3] .. ':' .. ARGV[4])
end
local after, last = overall()
if last > 0 then redis.call('PEXPIREAT', KEYS[1], last) end
return { before, after }
