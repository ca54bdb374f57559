@echo off
rem  The desk of ei-export, in the browser: docs/windows.md says how. To stop it, close this window.
rem  Het bureau van ei-export, in de browser: docs/nl/windows.md zegt hoe. Sluit dit venster om te stoppen.
rem
rem  Copy it to the folder of the practice, beside ei-export.toml, and correct this line: where the program is.
rem  Zet het in de map van de praktijk, naast ei-export.toml, en verbeter deze regel: waar het programma staat.
setlocal
set "PROGRAM=C:\ei-export\Scripts\ei-export.exe"

title ei-export
set PYTHONUTF8=1
pushd "%~dp0" || goto failed
"%PROGRAM%" desk
if not errorlevel 1 goto end

:failed
rem  What is wrong stands above this; it stays until a key is pressed.
pause

:end
popd
