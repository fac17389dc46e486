-- Failed log-ins in a row: a hash of how many, and until when one waits.
-- KEYS[1] whose. ARGV: mode, shift ms, and for "note": from, shortest ms, longest ms, kept ms.
-- Mode "note": one more; how many there are. Mode "wait": the milliseconds one still waits.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000) + tonumber(ARGV[2])
local known = redis.call('HMGET', KEYS[1], 'count', 'until', 'ends')
local count, untill, ends = tonumber(known[1] or 0), tonumber(known[2] or 0), tonumber(known[3] or 0)
if ends <= now then count, untill = 0, 0 end
if ARGV[1] == 'wait' then
  return math.max(0, untill - now)
end
local from, shortest, longest, kept = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
count = count + 1
local pause = 0
if count >= from then
  pause = math.min(longest, shortest * 2 ^ math.min(count - from, 40))
end
local text = function(number) return string.format('%d', number) end
redis.call('HSET', KEYS[1], 'count', text(count), 'until', text(now + pause), 'ends', text(now + kept))
redis.call('PEXPIRE', KEYS[1], kept)
return count
