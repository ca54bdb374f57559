@echo off
rem  ei-export every night, from Windows Task Scheduler: docs/windows.md says how.
rem  ei-export elke nacht, vanuit Windows Taakplanner: docs/nl/windows.md zegt hoe.
rem
rem  Copy it to the folder of the practice, beside ei-export.toml, and correct these two lines: where the program is, and
rem  which file is made when a night fails.
rem  Zet het in de map van de praktijk, naast ei-export.toml, en verbeter deze twee regels: waar het programma staat, en
rem  welk bestand er komt als een nacht mislukt.
setlocal
set "PROGRAM=C:\ei-export\Scripts\ei-export.exe"
set "ALARM=%USERPROFILE%\Desktop\EI-EXPORT.txt"

set PYTHONUTF8=1
set CODE=4
pushd "%~dp0" || goto failed
del night.log night.txt 2> nul
if exist night.log goto failed
if exist night.txt goto failed
"%PROGRAM%" run --quiet --notify-file night.txt > night.log 2>&1
set CODE=%ERRORLEVEL%
type night.log >> ei-export.log || goto failed

rem  0: all went out; 1: something is held, and stands on the page. A program that can't even start ends with 1 as well,
rem  so that only counts with the line that every run ends with.
"%SystemRoot%\System32\find.exe" " exit=%CODE%" night.log > nul
if errorlevel 1 goto failed
if %CODE% gtr 1 goto failed
if exist "%ALARM%" del "%ALARM%"

rem  What it declared is safe, but not all of it can be seen: why, and what to do, is in the file then.
"%SystemRoot%\System32\find.exe" " reason=" night.log > nul
if errorlevel 1 goto end
if exist night.txt type night.txt > "%ALARM%"
goto end

:failed
if %CODE% leq 1 set CODE=4
> "%ALARM%" echo ei-export did not do its work this night: exit code %CODE%, in "%~dp0".
>> "%ALARM%" echo ei-export heeft vannacht zijn werk niet gedaan: exitcode %CODE%, in "%~dp0".
if exist night.txt >> "%ALARM%" type night.txt
if exist night.log >> "%ALARM%" type night.log

:end
popd
exit /b %CODE%
