/*
 * Stands in for a virus scanner or an indexer of Windows: opens each new file of a folder and holds it for some time.
 *
 *   hold FOLDER SHARE MILLISECONDS STOP
 *
 * SHARE is the dwShareMode of CreateFile: 0 shares nothing, 7 shares reading, writing and deleting. The program ends once
 * the file STOP exists, and prints how many files it has held.
 */
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>
#include <windows.h>

#define PATH 1024
#define FILES 4096
#define SEEN 65536

static wchar_t found[FILES][PATH];
static int foundCount;
static unsigned long long seen[SEEN];
static int seenCount;

/* Whether a file was not seen before with this name and this time of its last write. */
static int isNew(const wchar_t *path, FILETIME written) {
  unsigned long long hash = 1469598103934665603ULL;
  for (; *path; path++) hash = (hash ^ *path) * 1099511628211ULL;
  hash ^= ((unsigned long long)written.dwHighDateTime << 32 | written.dwLowDateTime) * 31;
  for (int i = 0; i < seenCount; i++)
    if (seen[i] == hash) return 0;
  if (seenCount < SEEN) seen[seenCount++] = hash;
  return 1;
}

/* Collects the new files first, so that no folder is open while a file is held. */
static void collect(const wchar_t *folder, int depth) {
  wchar_t pattern[PATH], path[PATH];
  WIN32_FIND_DATAW entry;
  if (depth > 8 || wcslen(folder) > PATH - 300) return;
  swprintf(pattern, PATH, L"%ls\\*", folder);
  HANDLE search = FindFirstFileW(pattern, &entry);
  if (search == INVALID_HANDLE_VALUE) return;
  do {
    if (!wcscmp(entry.cFileName, L".") || !wcscmp(entry.cFileName, L"..")) continue;
    swprintf(path, PATH, L"%ls\\%ls", folder, entry.cFileName);
    if (entry.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY)
      collect(path, depth + 1);
    else if (foundCount < FILES && isNew(path, entry.ftLastWriteTime))
      wcscpy(found[foundCount++], path);
  } while (FindNextFileW(search, &entry));
  FindClose(search);
}

int wmain(int count, wchar_t **args) {
  if (count != 5) return 2;
  DWORD share = _wtoi(args[2]);
  DWORD milliseconds = _wtoi(args[3]);
  long held = 0;
  while (GetFileAttributesW(args[4]) == INVALID_FILE_ATTRIBUTES) {
    foundCount = 0;
    collect(args[1], 0);
    for (int i = 0; i < foundCount; i++) {
      HANDLE file = CreateFileW(found[i], GENERIC_READ, share, 0, OPEN_EXISTING, 0, 0);
      if (file == INVALID_HANDLE_VALUE) continue;
      held++;
      Sleep(milliseconds);
      CloseHandle(file);
    }
    Sleep(2);
  }
  printf("%ld\n", held);
  return 0;
}
